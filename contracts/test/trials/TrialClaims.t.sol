// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {ITrialRegistry} from "../../src/interfaces/ITrialRegistry.sol";
import {TrialBase} from "./TrialBase.sol";

/// @dev A recipient that sends its claim, and others, again while it is paid.
contract Reenters {
    ITrialRegistry private immutable _trials;
    uint256 private immutable _trial;
    bytes private _call;
    bytes32 public refusal;

    constructor(ITrialRegistry trials, uint256 trial) {
        _trials = trials;
        _trial = trial;
    }

    function prepare(ITrialRegistry.Claim calldata c, bytes calldata proof) external {
        _call = abi.encodeCall(ITrialRegistry.claim, (_trial, c, proof));
    }

    receive() external payable {
        (bool ok, bytes memory data) = address(_trials).call(_call);
        if (!ok) refusal = keccak256(data);
    }
}

contract TakesNothing {}

/// @dev Funds, claims, and what the sponsor takes back.
contract TrialClaimsTest is TrialBase {
    uint256 private constant FUNDED = 3 * SLOTS * PRICES;

    function setUp() public {
        _deployTrials();
        _create();
        _fund(FUNDED);
        _submit(_batch(ENROLMENT, NOW));
        _submit(_batch(VISITS, NOW));
    }

    function test_fund_isForAnybody() public {
        vm.deal(stranger, 5);
        vm.expectEmit(address(trials));
        emit ITrialRegistry.Funded(TRIAL, stranger, 5);
        vm.prank(stranger);
        trials.fund{value: 5}(TRIAL);
        assertEq(trials.fundsOf(TRIAL).balance, FUNDED + 5);
        assertEq(address(trials).balance, FUNDED + 5);
    }

    function test_fund_revertsWithUnknownTrial() public {
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.UnknownTrial.selector, TRIAL + 1));
        trials.fund{value: 0}(TRIAL + 1);
    }

    function test_registry_takesNothingWithoutATrial() public {
        vm.deal(address(this), 1);
        (bool ok,) = address(trials).call{value: 1}("");
        require(!ok, "taken");
    }

    function test_fuzz_claim_paysRecipientAndSender(uint96 fee) public {
        ITrialRegistry.Claim memory c = _claim(1, 3);
        c.fee = fee % (PRICE3 + 1);
        bytes memory proof = _proveClaim(c);
        vm.expectEmit(address(trials));
        emit ITrialRegistry.VisitPaid(TRIAL, 3, PRICE3);
        vm.prank(relayer);
        trials.claim(TRIAL, c, proof);
        assertEq(payee.balance, PRICE3 - c.fee);
        assertEq(relayer.balance, c.fee);
        require(trials.isPaid(TRIAL, c.nullifier), "not remembered");
        ITrialRegistry.Funds memory f = trials.fundsOf(TRIAL);
        assertEq(f.balance, FUNDED - PRICE3);
        assertEq(f.reserved, SLOTS * PRICES - PRICE3);
        assertEq(address(trials).balance, FUNDED - PRICE3);
    }

    function test_claim_isPaidByAnyStateOfTheTrial() public {
        for (uint32 number = 0; number <= 2; ++number) {
            ITrialRegistry.Claim memory c = _claim(number, 1);
            c.number = number;
            _send(c);
        }
        assertEq(payee.balance, 3 * PRICE1);
    }

    function test_claim_isPaidAfterAmendmentsAndClosing() public {
        vm.prank(board);
        trials.close(TRIAL);
        vm.warp(NOW + CLAIM_PERIOD);
        _send(_claim(1, 1));
        assertEq(payee.balance, PRICE1);
    }

    function test_claim_revertsWithNullifierUsed() public {
        ITrialRegistry.Claim memory c = _claim(1, 1);
        _send(c);
        bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.NullifierUsed.selector, c.nullifier);
        _claimRefused(refusal, c);
        c.number = 1; // proven anew, by another state, for somebody else
        c.recipient = payable(stranger);
        _claimRefused(refusal, c);
        assertEq(payee.balance, PRICE1);
    }

    function test_claim_revertsWithNotPriced() public {
        uint32[4] memory visits = [uint32(0), 2, 4, type(uint32).max];
        for (uint256 i = 0; i < 4; ++i) {
            ITrialRegistry.Claim memory c = _claim(1, 1);
            c.visit = visits[i];
            _claimRefused(abi.encodeWithSelector(ITrialRegistry.NotPriced.selector, visits[i]), c);
        }
    }

    function test_claim_revertsWithUnknownState() public {
        ITrialRegistry.Claim memory c = _claim(1, 1);
        c.number = 3;
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.UnknownState.selector, 3));
        trials.claim(TRIAL, c, new bytes(256));
    }

    function test_fuzz_claim_revertsWithNotInField(uint256 above) public {
        ITrialRegistry.Claim memory c = _claim(1, 1);
        c.nullifier = FIELD + above % (type(uint256).max - FIELD + 1);
        _claimRefused(abi.encodeWithSelector(ITrialRegistry.NotInField.selector, c.nullifier), c);
        c.nullifier = 0;
        _claimRefused(abi.encodeWithSelector(ITrialRegistry.NotInField.selector, 0), c);
    }

    function test_claim_revertsWithZeroAddress() public {
        ITrialRegistry.Claim memory c = _claim(1, 1);
        c.recipient = payable(address(0));
        _claimRefused(abi.encodeWithSelector(ITrialRegistry.ZeroAddress.selector), c);
    }

    function test_claim_revertsWithFeeTooHigh() public {
        ITrialRegistry.Claim memory c = _claim(1, 1);
        c.fee = PRICE1 + 1;
        _claimRefused(abi.encodeWithSelector(ITrialRegistry.FeeTooHigh.selector, PRICE1 + 1, PRICE1), c);
    }

    function test_claim_revertsWithNotPinned() public {
        ITrialRegistry.Claim memory c = _claim(1, 1);
        c.version = 2;
        _claimRefused(abi.encodeWithSelector(ITrialRegistry.NotPinned.selector, COMPENSATION, 2), c);
    }

    function test_fuzz_claim_revertsWithProofRefusedForAnyOtherInput(uint8 place, uint256 other) public {
        ITrialRegistry.Claim memory c = _claim(1, 1);
        uint256[] memory inputs = _inputsOf(c);
        vm.assume(other != inputs[place % 5]);
        inputs[place % 5] = other;
        _claimRefused(c, _prove(COMPENSATION, 1, inputs));
    }

    /// @dev A claim that was seen on its way cannot be turned to another purse, fee, visit, chain or contract.
    function test_claim_revertsWithProofRefusedForAnyChange() public {
        ITrialRegistry.Claim memory c = _claim(1, 1);
        c.fee = 2;
        bytes memory proof = _proveClaim(c);
        c.recipient = payable(stranger);
        _claimRefused(c, proof);
        c.recipient = payee;
        c.fee = 3;
        _claimRefused(c, proof);
        c.fee = 2;
        c.visit = 3;
        _claimRefused(c, proof);
        c.visit = 1;
        c.nullifier += 1;
        _claimRefused(c, proof);
        c.nullifier -= 1;
        c.number = 1;
        _claimRefused(c, proof);
        c.number = 2;
        vm.chainId(5);
        _claimRefused(c, proof);
        vm.chainId(31337);
        vm.prank(relayer);
        trials.claim(TRIAL, c, proof);
    }

    function test_claim_revertsWithClaimsOver() public {
        vm.prank(sponsor);
        trials.close(TRIAL);
        uint40 until = NOW + CLAIM_PERIOD;
        vm.warp(until + 1);
        _claimRefused(abi.encodeWithSelector(ITrialRegistry.ClaimsOver.selector, until), _claim(1, 1));
    }

    /// @dev Even were proofs false, what is paid stays within what was reserved.
    function test_claim_revertsWithReservationSpent() public {
        uint256 who;
        for (uint256 reserved = SLOTS * PRICES; reserved >= PRICE3; reserved -= PRICE3) {
            _send(_claim(++who, 3));
        }
        uint256 rest = SLOTS * PRICES - who * PRICE3;
        bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.ReservationSpent.selector, PRICE3, rest);
        _claimRefused(refusal, _claim(++who, 3));
        assertEq(trials.fundsOf(TRIAL).balance, FUNDED - payee.balance);
    }

    function test_claim_isNotPaidTwiceByReentering() public {
        Reenters recipient = new Reenters(trials, TRIAL);
        ITrialRegistry.Claim memory c = _claim(1, 1);
        c.recipient = payable(address(recipient));
        recipient.prepare(c, _proveClaim(c));
        _send(c);
        assertEq(
            recipient.refusal(), keccak256(abi.encodeWithSelector(ITrialRegistry.NullifierUsed.selector, c.nullifier))
        );
        assertEq(address(recipient).balance, PRICE1);
    }

    function test_claim_revertsWhenTheRecipientTakesNothing() public {
        ITrialRegistry.Claim memory c = _claim(1, 1);
        c.recipient = payable(address(new TakesNothing()));
        _claimRefused(abi.encodeWithSelector(Errors.FailedCall.selector), c);
        require(!trials.isPaid(TRIAL, c.nullifier), "remembered");
        c.fee = PRICE1; // nothing is left to send there
        _send(c);
        assertEq(relayer.balance, PRICE1);
    }

    function test_withdraw_leavesWhatIsReserved() public {
        uint256 available = FUNDED - SLOTS * PRICES;
        _withdrawRefused(available + 1, available);
        vm.expectEmit(address(trials));
        emit ITrialRegistry.FundsWithdrawn(TRIAL, payee, available);
        _withdraw(available);
        assertEq(payee.balance, available);
        _withdrawRefused(1, 0);
        vm.warp(NOW + 100 * 365 days); // a trial that is never closed
        _withdrawRefused(1, 0);
    }

    function test_withdraw_givesMoreOnceVerified() public {
        _send(_claim(1, 1));
        vm.prank(sponsor);
        trials.close(TRIAL);
        _verify(_chunk(2, SLOTS - 1));
        uint256 held = (SLOTS - 1) * PRICES - PRICE1;
        assertEq(trials.fundsOf(TRIAL).reserved, held);
        uint256 available = FUNDED - PRICE1 - held;
        _withdrawRefused(available + 1, available);
        _withdraw(available);
        _send(_claim(1, 3));
    }

    function test_withdraw_givesAllOnceClaimsAreOver() public {
        _send(_claim(1, 1));
        vm.prank(sponsor);
        trials.close(TRIAL);
        vm.warp(NOW + CLAIM_PERIOD);
        _withdrawRefused(FUNDED - PRICE1, FUNDED - SLOTS * PRICES);
        vm.warp(NOW + CLAIM_PERIOD + 1);
        _withdraw(FUNDED - PRICE1);
        assertEq(address(trials).balance, 0);
        assertEq(trials.fundsOf(TRIAL).reserved, 0);
        _verify(_chunk(2, 1)); // still possible, with nothing to release
        assertEq(trials.fundsOf(TRIAL).reserved, 0);
    }

    function test_withdraw_isForTheSponsor() public {
        address[4] memory others = [board, sequencer, stranger, address(this)];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.NotSponsor.selector, others[i]));
            vm.prank(others[i]);
            trials.withdraw(TRIAL, payee, 1);
        }
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.ZeroAddress.selector));
        vm.prank(sponsor);
        trials.withdraw(TRIAL, payable(address(0)), 1);
    }

    /// @dev A release never frees what claims are still to be paid of, whatever participants a proof counts.
    function test_fuzz_verifyCompliance_releasesWithinWhatIsReserved(uint256 participants, uint8 paid) public {
        for (uint256 i = 0; i < paid % 5; ++i) {
            _send(_claim(i, 3));
        }
        uint256 before = trials.fundsOf(TRIAL).reserved;
        vm.prank(sponsor);
        trials.close(TRIAL);
        participants %= 0x400000;
        _verify(_chunk(2, participants));
        uint256 excess = participants < SLOTS ? (SLOTS - participants) * PRICES : 0;
        assertEq(trials.fundsOf(TRIAL).reserved, excess > before ? 0 : before - excess);
    }

    function _claimRefused(bytes memory refusal, ITrialRegistry.Claim memory c) private {
        bytes memory proof = _proveClaim(c);
        vm.expectRevert(refusal);
        vm.prank(relayer);
        trials.claim(TRIAL, c, proof);
    }

    function _claimRefused(ITrialRegistry.Claim memory c, bytes memory proof) private {
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.ProofRefused.selector, COMPENSATION, 1));
        vm.prank(relayer);
        trials.claim(TRIAL, c, proof);
    }

    function _withdraw(uint256 amount) private {
        vm.prank(sponsor);
        trials.withdraw(TRIAL, payee, amount);
    }

    function _withdrawRefused(uint256 amount, uint256 available) private {
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.NotAvailable.selector, amount, available));
        _withdraw(amount);
    }
}
