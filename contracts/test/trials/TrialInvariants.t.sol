// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITrialRegistry} from "../../src/interfaces/ITrialRegistry.sol";
import {TrialBase} from "./TrialBase.sol";

/// @dev Runs a trial as honest and as hostile parties would, in any order, and keeps its own accounts. Proofs hold for
/// whatever is proven, so that only the contract's own rules stand in the way.
contract TrialHandler is TrialBase {
    uint256 private constant OTHER = 8;
    uint256 private constant OTHER_FUNDS = 12_345;

    uint40 private _time = NOW;
    uint256 private _given;
    uint256 private _paid;
    uint256 private _taken;
    uint256 private _places;
    uint256[] private _states;
    uint32 private _flag;
    uint256 private _closedAt;
    bool private _verified;
    uint256 private _deviations;
    mapping(uint256 nullifier => bool) private _claimed;
    ITrialRegistry.Batch[] private _sent;
    bytes[] private _proofs;
    string[] private _breaches;
    /// @dev How often each thing was accepted, so that a run that does nothing is seen.
    mapping(string what => uint256) public counts;

    constructor() {
        _deployTrials();
        _create();
        vm.prank(sponsor);
        trials.create(OTHER, _terms());
        vm.deal(address(this), OTHER_FUNDS);
        trials.fund{value: OTHER_FUNDS}(OTHER);
        _states.push(STATE0);
    }

    function fund(uint256 amount) external {
        amount %= 2 * SLOTS * PRICES;
        _fund(amount);
        _given += amount;
    }

    function enrol(uint8 age, bool publishes) external {
        if (publishes) _publishRoots();
        uint256 available = _given - _paid - _taken - trials.fundsOf(TRIAL).reserved;
        if (!_trySubmit(_batch(ENROLMENT, _time - age % 16), sequencer)) return;
        counts["enrol"]++;
        _places += SLOTS;
        if (_flag != 0) _breaches.push("enrolled while a flag was open");
        if (available < SLOTS * PRICES) _breaches.push("enrolled without funds");
    }

    function visit(uint8 age, uint8 safety, bool publishes) external {
        if (publishes) _publishRoots();
        ITrialRegistry.Batch memory b = _batch(VISITS, _time - age % 16);
        b.safety = safety % 8 == 0;
        if (!_trySubmit(b, sequencer)) return;
        counts["visit"]++;
        if (b.safety) _flag = uint32(_states.length) - 1;
    }

    function submitAsStranger(address caller) external {
        if (caller == sequencer) return;
        if (_trySubmit(_batch(VISITS, _time), caller)) _breaches.push("a stranger moved the state");
    }

    function submitAtAnyTime(uint40 time) external {
        uint40 last = trials.trialOf(TRIAL).lastTime;
        if (time >= last && time <= block.timestamp && block.timestamp - time <= MAX_BATCH_AGE) return;
        if (_trySubmit(_batch(VISITS, time), sequencer)) _breaches.push("a batch of another time was accepted");
    }

    function replay(uint256 which) external {
        if (_sent.length == 0) return;
        which %= _sent.length;
        vm.prank(sequencer);
        try trials.submit(TRIAL, _sent[which], _proofs[which]) {
            _breaches.push("a batch was accepted again");
        } catch {}
    }

    function lift(uint32 number, bool byBoard, bool last) external {
        if (last && _flag != 0) number = _flag - 1;
        vm.prank(byBoard ? board : sponsor);
        try trials.liftFlag(TRIAL, number, "reason") {
            if (!byBoard || uint256(number) + 1 != _flag) _breaches.push("a flag was lifted that should not be");
            counts["lift"]++;
            _flag = 0;
        } catch {}
    }

    function close(uint8 by) external {
        if (by % 16 > 2) return; // so that most of a run is before it
        vm.prank([sponsor, board, sequencer][by % 16]);
        try trials.close(TRIAL) {
            if (by % 16 == 2) _breaches.push("closed by the sequencer");
            if (_closedAt != 0) _breaches.push("closed twice");
            _closedAt = block.timestamp;
        } catch {}
    }

    function verify(uint16 participants, uint8 lane, uint8 count, bool older) external {
        ITrialRegistry.Chunk memory c = _chunk(uint32(_states.length) - 1, participants % (_places + 2));
        if (older && c.number > 0) c.number--;
        if (lane < 7) c.deviations = uint256(count) << lane * 22;
        bytes memory proof = _proveChunk(c);
        try trials.verifyCompliance(TRIAL, c, proof) {
            if (_closedAt == 0) return;
            if (_verified || (older && _states.length > 1)) _breaches.push("verified twice, or by an older state");
            counts["verify"]++;
            _verified = true;
            _deviations = c.deviations;
        } catch {}
    }

    function publish(bool bySponsor, bool right) external {
        vm.prank(bySponsor ? sponsor : board);
        try trials.publish(TRIAL, right ? RESULTS : RESULTS + 1, "document") {
            counts["publish"]++;
            if (!bySponsor || !right || _closedAt == 0 || !_verified || _flag != 0) _breaches.push("published");
            uint32[7] memory thresholds = _terms().thresholds;
            for (uint256 i = 0; i < 7; ++i) {
                if ((_deviations >> i * 22) % 2 ** 22 > thresholds[i]) _breaches.push("published above a threshold");
            }
        } catch {}
    }

    function pay(uint8 who, uint8 visit_, uint32 number, uint8 fee) external {
        ITrialRegistry.Claim memory c = _claim(who % 16, 1 + visit_ % 4);
        c.number = number % uint32(_states.length);
        c.fee = fee % 32;
        bytes memory proof = _proveClaim(c);
        vm.prank(relayer);
        try trials.claim(TRIAL, c, proof) {
            counts["pay"]++;
            if (_claimed[c.nullifier]) _breaches.push("paid twice");
            if (_closedAt != 0 && block.timestamp > _closedAt + CLAIM_PERIOD) _breaches.push("paid too late");
            _claimed[c.nullifier] = true;
            _paid += c.visit == 1 ? PRICE1 : PRICE3;
        } catch {}
    }

    function withdraw(uint256 amount, bool bySponsor) external {
        ITrialRegistry.Funds memory f = trials.fundsOf(TRIAL);
        amount %= f.balance + 2;
        vm.prank(bySponsor ? sponsor : board);
        try trials.withdraw(TRIAL, payable(stranger), amount) {
            if (!bySponsor) _breaches.push("withdrawn by another");
            bool over = _closedAt != 0 && block.timestamp > _closedAt + CLAIM_PERIOD;
            if (!over && amount > f.balance - f.reserved) _breaches.push("withdrew what is reserved");
            counts["withdraw"]++;
            _taken += amount;
        } catch {}
    }

    function wait_(uint16 time, bool long) external {
        _time += long && _closedAt != 0 ? CLAIM_PERIOD / 2 : time;
        vm.warp(_time);
    }

    function check() external view {
        if (_breaches.length > 0) revert(_breaches[0]);
        ITrialRegistry.Funds memory f = trials.fundsOf(TRIAL);
        require(f.balance == _given - _paid - _taken, "the balance is another");
        require(f.reserved <= f.balance, "more is reserved than held");
        require(trials.fundsOf(OTHER).balance == OTHER_FUNDS, "another trial's funds changed");
        require(address(trials).balance == f.balance + OTHER_FUNDS, "the sum of balances is another");
        require(payee.balance + relayer.balance == _paid, "another sum was paid");
        ITrialRegistry.Trial memory t = trials.trialOf(TRIAL);
        require(t.state == _states[_states.length - 1] && t.batches == _states.length - 1, "the state is another");
        require(t.flag == _flag && t.closedAt == _closedAt, "the flag or the closing is another");
        for (uint32 number = 0; number < _states.length; ++number) {
            require(trials.stateOf(TRIAL, number) == _states[number], "a past state changed");
        }
    }

    function _trySubmit(ITrialRegistry.Batch memory b, address caller) private returns (bool accepted) {
        bytes memory proof = _proveBatch(b);
        vm.prank(caller);
        try trials.submit(TRIAL, b, proof) {
            accepted = true;
            if (_closedAt != 0) _breaches.push("moved after closing");
            _states.push(b.newState);
            _sent.push(b);
            _proofs.push(proof);
        } catch {}
    }
}

contract TrialInvariantsTest {
    TrialHandler private handler;

    function setUp() public {
        handler = new TrialHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_accountsAndRulesHold() public view {
        handler.check();
    }

    /// @dev The handler gets through a whole trial, so the invariant is not one of things that never happen.
    function test_handler_reachesEverything() public {
        handler.fund(2 * 4 * 40 - 1);
        handler.enrol(0, true);
        handler.visit(0, 0, true);
        handler.pay(1, 0, 0, 1);
        handler.lift(0, true, true);
        handler.close(0);
        handler.verify(2, 3, 1, false);
        handler.publish(true, true);
        handler.withdraw(1, true);
        string[7] memory all = ["enrol", "visit", "pay", "lift", "verify", "publish", "withdraw"];
        for (uint256 i = 0; i < all.length; ++i) {
            require(handler.counts(all[i]) == 1, all[i]);
        }
        handler.check();
    }
}
