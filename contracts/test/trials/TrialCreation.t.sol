// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ITrialRegistry} from "../../src/interfaces/ITrialRegistry.sol";
import {TrialBase} from "./TrialBase.sol";

/// @dev How a trial is created, and what of it changes later.
contract TrialCreationTest is TrialBase {
    bytes32 private constant NONE = "none";

    function setUp() public {
        _deployTrials();
    }

    function test_constructor_revertsWithZeroAddressAndZeroPeriod() public {
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.ZeroAddress.selector));
        _deploy("TrialRegistry", abi.encode(manager, address(0), verifier, 1));
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.ZeroAddress.selector));
        _deploy("TrialRegistry", abi.encode(manager, roots, address(0), 1));
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.ZeroPeriod.selector));
        _deploy("TrialRegistry", abi.encode(manager, roots, verifier, 0));
    }

    function test_create_keepsItsTerms() public {
        vm.expectEmit(address(trials));
        emit ITrialRegistry.TrialCreated(TRIAL, sponsor, board, sequencer, PROTOCOL, STATE0);
        vm.expectEmit(address(trials));
        emit ITrialRegistry.VersionPinned(TRIAL, ENROLMENT, 1, SLOTS, _keyHash(ENROLMENT, 1));
        _create();
        ITrialRegistry.Trial memory t = trials.trialOf(TRIAL);
        ITrialRegistry.Terms memory terms = _terms();
        require(t.sponsor == sponsor && t.board == board && t.sequencer == sequencer, "another party");
        require(t.nextSequencer == address(0) && t.nextSequencerAt == 0 && t.consented == 0, "something is announced");
        require(t.protocol == PROTOCOL && t.state == STATE0, "another protocol or state");
        require(t.batches == 0 && t.lastTime == 0 && t.flag == 0 && t.closedAt == 0, "not at its beginning");
        require(t.grantsKind == GRANTS && t.issuersKind == ISSUERS, "another kind");
        require(t.maxBatchAge == MAX_BATCH_AGE && t.maxRootAge == MAX_ROOT_AGE, "another age");
        assertEq(t.claimPeriod, CLAIM_PERIOD);
        assertEq(keccak256(abi.encode(t.thresholds)), keccak256(abi.encode(terms.thresholds)));
        assertEq(keccak256(abi.encode(t.prices)), keccak256(abi.encode(terms.prices)));
        assertEq(trials.stateOf(TRIAL, 0), STATE0);
        assertEq(trials.sizeOf(TRIAL, ENROLMENT, 1), SLOTS);
        assertEq(trials.sizeOf(TRIAL, ENROLMENT, 2), 0);
        assertEq(trials.sizeOf(TRIAL, COMPLIANCE, 2), 64);
        require(trials.roots() == address(roots) && trials.verifier() == address(verifier), "another contract");
        assertEq(trials.sequencerDelay(), SEQUENCER_DELAY);
    }

    function test_fuzz_create_revertsWithAccessManagedUnauthorized(address caller) public {
        vm.assume(caller != sponsor);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        trials.create(TRIAL, _terms());
    }

    /// @dev The manager's `execute` would make itself the sponsor, and its administrator the master of funds.
    function test_create_revertsWithSponsorIsManager() public {
        bytes memory call = abi.encodeCall(ITrialRegistry.create, (TRIAL, _terms()));
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.SponsorIsManager.selector));
        vm.prank(sponsor);
        manager.execute(address(trials), call);
    }

    function test_create_revertsWithTrialInUse() public {
        _create();
        manager.grantRole(SPONSOR, stranger, 0);
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.TrialInUse.selector, TRIAL));
        vm.prank(stranger);
        trials.create(TRIAL, _terms());
    }

    function test_fuzz_create_revertsWithNotInField(uint256 above) public {
        uint256 outside = FIELD + above % (type(uint256).max - FIELD + 1);
        uint256[2] memory values = [0, outside];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.NotInField.selector, values[i]);
            vm.expectRevert(refusal);
            vm.prank(sponsor);
            trials.create(values[i], _terms());
            ITrialRegistry.Terms memory terms = _terms();
            terms.firstState = values[i];
            _createRefused(refusal, terms);
            terms = _terms();
            terms.protocol = values[i];
            _createRefused(refusal, terms);
        }
    }

    function test_create_revertsWithZeroAddress() public {
        ITrialRegistry.Terms memory terms = _terms();
        terms.sequencer = address(0);
        _createRefused(abi.encodeWithSelector(ITrialRegistry.ZeroAddress.selector), terms);
        terms = _terms();
        terms.board = address(0);
        _createRefused(abi.encodeWithSelector(ITrialRegistry.ZeroAddress.selector), terms);
    }

    function test_create_revertsWithBoardIsSponsor() public {
        ITrialRegistry.Terms memory terms = _terms();
        terms.board = sponsor;
        _createRefused(abi.encodeWithSelector(ITrialRegistry.BoardIsSponsor.selector), terms);
    }

    function test_create_revertsWithUnfitKind() public {
        bytes32 outside = "outside";
        _openKind(outside, false);
        ITrialRegistry.Terms memory terms = _terms();
        terms.grantsKind = NONE;
        _createRefused(abi.encodeWithSelector(ITrialRegistry.UnfitKind.selector, NONE), terms);
        terms = _terms();
        terms.issuersKind = outside;
        _createRefused(abi.encodeWithSelector(ITrialRegistry.UnfitKind.selector, outside), terms);
    }

    function test_create_revertsWithZeroPeriod() public {
        bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.ZeroPeriod.selector);
        ITrialRegistry.Terms memory terms = _terms();
        terms.maxBatchAge = 0;
        _createRefused(refusal, terms);
        terms = _terms();
        terms.maxRootAge = 0;
        _createRefused(refusal, terms);
        terms = _terms();
        terms.claimPeriod = 0;
        _createRefused(refusal, terms);
    }

    function test_create_revertsWithCriticalThreshold() public {
        for (uint256 lane = 0; lane < 7; ++lane) {
            ITrialRegistry.Terms memory terms = _terms();
            terms.thresholds[lane] = 1;
            if (lane == 3 || lane == 4 || lane == 6) continue;
            _createRefused(abi.encodeWithSelector(ITrialRegistry.CriticalThreshold.selector, lane), terms);
        }
    }

    function test_create_revertsWithTooManyPrices() public {
        ITrialRegistry.Terms memory terms = _terms();
        terms.prices = new uint96[](33);
        _createRefused(abi.encodeWithSelector(ITrialRegistry.TooManyPrices.selector, 33), terms);
        terms.prices = new uint96[](32);
        vm.prank(sponsor);
        trials.create(TRIAL, terms);
    }

    function test_create_revertsWithStatementMissing() public {
        for (uint256 i = 0; i < 5; ++i) {
            ITrialRegistry.Terms memory terms = _terms();
            bytes32 statement = terms.pins[i].statement;
            if (statement == COMPLIANCE) continue; // has another version
            terms.pins[i] = ITrialRegistry.Pin(COMPLIANCE, 3, 16, _keyHash(COMPLIANCE, 3));
            vm.warp(START);
            if (i == 0) _announce(COMPLIANCE, 3, 8);
            vm.warp(NOW);
            _createRefused(abi.encodeWithSelector(ITrialRegistry.StatementMissing.selector, statement), terms);
        }
    }

    function test_create_needsNoCompensationWithoutPrices() public {
        ITrialRegistry.Terms memory terms = _terms();
        terms.prices = new uint96[](0);
        terms.pins[4] = terms.pins[3];
        terms.pins[3] = terms.pins[2];
        terms.pins[2] = ITrialRegistry.Pin(COMPLIANCE, 3, 16, _keyHash(COMPLIANCE, 3));
        _createRefused(abi.encodeWithSelector(ITrialRegistry.WrongKey.selector, COMPLIANCE, 3, 0), terms);
        vm.warp(START);
        _announce(COMPLIANCE, 3, 8);
        vm.warp(NOW);
        vm.prank(sponsor);
        trials.create(TRIAL, terms);
        _submit(_batch(ENROLMENT, NOW));
        require(trials.fundsOf(TRIAL).places == SLOTS, "not enrolled");
    }

    function test_create_revertsWithUnknownStatement() public {
        ITrialRegistry.Terms memory terms = _terms();
        terms.pins[1].statement = NONE;
        _createRefused(abi.encodeWithSelector(ITrialRegistry.UnknownStatement.selector, NONE), terms);
    }

    function test_create_revertsWithUnfitPin() public {
        ITrialRegistry.Terms memory terms = _terms();
        terms.pins[3] = terms.pins[2];
        _createRefused(abi.encodeWithSelector(ITrialRegistry.UnfitPin.selector, COMPLIANCE, 1), terms);
        terms = _terms();
        terms.pins[3].size = 0;
        _createRefused(abi.encodeWithSelector(ITrialRegistry.UnfitPin.selector, COMPLIANCE, 2), terms);
    }

    function test_create_revertsWithWrongKey() public {
        ITrialRegistry.Terms memory terms = _terms();
        terms.pins[1].keyHash = _keyHash(VISITS, 2);
        bytes32 actual = _keyHash(VISITS, 1);
        _createRefused(abi.encodeWithSelector(ITrialRegistry.WrongKey.selector, VISITS, 1, actual), terms);
        vm.warp(START);
        _announce(VISITS, 2, 8);
        vm.warp(NOW);
        terms = _terms();
        terms.pins[1] = ITrialRegistry.Pin(VISITS, 2, 8, _keyHash(VISITS, 2));
        actual = _keyHash(VISITS, 2);
        _createRefused(abi.encodeWithSelector(ITrialRegistry.WrongKey.selector, VISITS, 2, actual), terms);
        terms.pins[1] = ITrialRegistry.Pin(VISITS, 3, 8, 0);
        _createRefused(abi.encodeWithSelector(ITrialRegistry.WrongKey.selector, VISITS, 3, 0), terms);
    }

    function test_create_revertsWithKeyNotOpen() public {
        _announce(VISITS, 2, 9);
        ITrialRegistry.Terms memory terms = _terms();
        terms.pins[1] = ITrialRegistry.Pin(VISITS, 2, 8, _keyHash(VISITS, 2));
        bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.KeyNotOpen.selector, VISITS, 2);
        vm.warp(NOW + KEY_DELAY - 1);
        _createRefused(refusal, terms);
        vm.warp(NOW + KEY_DELAY);
        vm.prank(guardian);
        verifier.retire(VISITS, 2);
        _createRefused(refusal, terms);
    }

    function test_submit_goesOnWithARetiredVersion() public {
        _create();
        vm.prank(guardian);
        verifier.retire(VISITS, 1);
        _submit(_batch(VISITS, NOW));
        assertEq(trials.trialOf(TRIAL).batches, 1);
    }

    function test_amend_takesEffectWithTheBoardsConsent() public {
        _create();
        vm.expectEmit(address(trials));
        emit ITrialRegistry.AmendmentConsented(TRIAL, 78);
        _consent(78);
        assertEq(trials.trialOf(TRIAL).consented, 78);
        assertEq(trials.trialOf(TRIAL).protocol, PROTOCOL);
        vm.expectEmit(address(trials));
        emit ITrialRegistry.ProtocolAmended(TRIAL, 78);
        vm.prank(sponsor);
        trials.amend(TRIAL, 78);
        assertEq(trials.trialOf(TRIAL).protocol, 78);
        assertEq(trials.trialOf(TRIAL).consented, 0);
        _amendRefused(abi.encodeWithSelector(ITrialRegistry.NotConsented.selector, 78), 78);
        _submit(_batch(VISITS, NOW)); // proven with the new protocol
    }

    function test_amend_revertsWithNotConsented() public {
        _create();
        _amendRefused(abi.encodeWithSelector(ITrialRegistry.NotConsented.selector, 78), 78);
        _amendRefused(abi.encodeWithSelector(ITrialRegistry.NotConsented.selector, 0), 0);
        _consent(78);
        _amendRefused(abi.encodeWithSelector(ITrialRegistry.NotConsented.selector, 79), 79);
        _consent(0);
        _amendRefused(abi.encodeWithSelector(ITrialRegistry.NotConsented.selector, 78), 78);
    }

    function test_fuzz_consent_revertsWithNotInField(uint256 above) public {
        _create();
        uint256 outside = FIELD + above % (type(uint256).max - FIELD + 1);
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.NotInField.selector, outside));
        _consent(outside);
    }

    function test_consentAndAmend_keepToTheirParties() public {
        _create();
        address[4] memory others = [sponsor, sequencer, stranger, address(this)];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.NotBoard.selector, others[i]));
            vm.prank(others[i]);
            trials.consent(TRIAL, 78);
        }
        _consent(78);
        others[0] = board;
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.NotSponsor.selector, others[i]));
            vm.prank(others[i]);
            trials.amend(TRIAL, 78);
        }
    }

    function test_announceSequencer_takesEffectAfterItsDelay() public {
        _create();
        uint40 takesOverAt = NOW + SEQUENCER_DELAY;
        vm.expectEmit(address(trials));
        emit ITrialRegistry.SequencerAnnounced(TRIAL, stranger, takesOverAt);
        _announceSequencer(stranger);
        vm.warp(takesOverAt - 1);
        ITrialRegistry.Trial memory t = trials.trialOf(TRIAL);
        require(t.sequencer == sequencer && t.nextSequencer == stranger, "took over too early");
        assertEq(t.nextSequencerAt, takesOverAt);
        vm.warp(takesOverAt);
        t = trials.trialOf(TRIAL);
        require(t.sequencer == stranger && t.nextSequencer == address(0), "did not take over");
        assertEq(t.nextSequencerAt, 0);
        _announceSequencer(relayer);
        require(trials.trialOf(TRIAL).sequencer == stranger, "lost before the next takes over");
    }

    function test_announceSequencer_replacesOneNotYetInEffect() public {
        _create();
        _announceSequencer(stranger);
        vm.warp(NOW + SEQUENCER_DELAY - 1);
        _announceSequencer(relayer);
        vm.warp(NOW + SEQUENCER_DELAY);
        require(trials.trialOf(TRIAL).sequencer == sequencer, "one that was replaced took over");
        vm.warp(NOW + 2 * SEQUENCER_DELAY);
        require(trials.trialOf(TRIAL).sequencer == relayer, "did not take over");
    }

    function test_announceSequencer_revertsForOthersAndForNobody() public {
        _create();
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.NotSponsor.selector, sequencer));
        vm.prank(sequencer);
        trials.announceSequencer(TRIAL, stranger);
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.ZeroAddress.selector));
        _announceSequencer(address(0));
    }

    function test_changes_revertWithClosed() public {
        _create();
        _consent(78);
        vm.prank(board);
        trials.close(TRIAL);
        bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.Closed.selector, NOW);
        vm.expectRevert(refusal);
        _consent(79);
        _amendRefused(refusal, 78);
        vm.expectRevert(refusal);
        _announceSequencer(stranger);
        vm.expectRevert(refusal);
        vm.prank(sponsor);
        trials.close(TRIAL);
    }

    function _consent(uint256 protocol) private {
        vm.prank(board);
        trials.consent(TRIAL, protocol);
    }

    function _announceSequencer(address next) private {
        vm.prank(sponsor);
        trials.announceSequencer(TRIAL, next);
    }

    function _amendRefused(bytes memory refusal, uint256 protocol) private {
        vm.expectRevert(refusal);
        vm.prank(sponsor);
        trials.amend(TRIAL, protocol);
    }

    function _createRefused(bytes memory refusal, ITrialRegistry.Terms memory terms) private {
        vm.expectRevert(refusal);
        vm.prank(sponsor);
        trials.create(TRIAL, terms);
    }
}
