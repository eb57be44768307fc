// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITrialRegistry} from "../../src/interfaces/ITrialRegistry.sol";
import {TrialBase} from "./TrialBase.sol";

/// @dev How a trial's state moves.
contract TrialBatchesTest is TrialBase {
    function setUp() public {
        _deployTrials();
        _create();
        _fund(10 * SLOTS * PRICES);
    }

    function test_submit_movesTheState() public {
        vm.expectEmit(address(trials));
        emit ITrialRegistry.BatchAccepted(TRIAL, 0, ENROLMENT, STATE0 + 1);
        _submit(_batch(ENROLMENT, NOW));
        vm.warp(NOW + 60);
        vm.expectEmit(address(trials));
        emit ITrialRegistry.BatchAccepted(TRIAL, 1, VISITS, STATE0 + 2);
        _submit(_batch(VISITS, NOW + 50));
        ITrialRegistry.Trial memory t = trials.trialOf(TRIAL);
        assertEq(t.state, STATE0 + 2);
        assertEq(t.batches, 2);
        assertEq(t.lastTime, NOW + 50);
        for (uint32 number = 0; number <= 2; ++number) {
            assertEq(trials.stateOf(TRIAL, number), STATE0 + number);
        }
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.UnknownState.selector, 3));
        trials.stateOf(TRIAL, 3);
    }

    function test_contexts_areWhatIsProven() public view {
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW);
        assertEq(trials.batchContext(TRIAL, 5), _inputsOf(b, PROTOCOL, 5)[8]);
        ITrialRegistry.Chunk memory c = _chunk(0, 0);
        assertEq(trials.complianceContext(TRIAL), _inputsOf(c)[7]);
        ITrialRegistry.Claim memory claim = _claim(1, 1);
        claim.fee = 3;
        assertEq(trials.compensationContext(TRIAL, payee, 3), _inputsOf(claim)[4]);
    }

    /// @dev A proof for other inputs is another call: what is sent, the protocol, the place in order, chain and trial.
    function test_fuzz_submit_revertsWithProofRefusedForAnyOtherInput(uint8 place, uint256 other) public {
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW);
        uint256[] memory inputs = _inputsOf(b, PROTOCOL, 0);
        vm.assume(other != inputs[place % 9]);
        inputs[place % 9] = other;
        bytes memory proof = _prove(VISITS, 1, inputs);
        _refused(abi.encodeWithSelector(ITrialRegistry.ProofRefused.selector, VISITS, 1), sequencer, b, proof);
    }

    function test_submit_revertsWithProofRefusedForAnyChange() public {
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW - 1);
        bytes memory proof = _proveBatch(b);
        bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.ProofRefused.selector, VISITS, 1);
        b.newState += 1;
        _refused(refusal, sequencer, b, proof);
        b = _batch(VISITS, NOW);
        _refused(refusal, sequencer, b, proof);
        b = _batch(VISITS, NOW - 1);
        b.safety = true;
        _refused(refusal, sequencer, b, proof);
        b.safety = false;
        b.statement = ENROLMENT;
        _refused(abi.encodeWithSelector(ITrialRegistry.ProofRefused.selector, ENROLMENT, 1), sequencer, b, proof);
        b.statement = VISITS;
        vm.chainId(5);
        _refused(refusal, sequencer, b, proof);
        vm.chainId(31337);
        _submitAs(sequencer, b, proof);
    }

    function test_submit_revertsWithProofRefusedForAnotherRoot() public {
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW);
        bytes memory proof = _proveBatch(b);
        bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.ProofRefused.selector, VISITS, 1);
        _publish(GRANTS, 601);
        _publish(ISSUERS, 602);
        b.grantsRoot = 601;
        _refused(refusal, sequencer, b, proof);
        b.grantsRoot = GRANTS_ROOT;
        b.issuersRoot = 602;
        _refused(refusal, sequencer, b, proof);
        b.issuersRoot = ISSUERS_ROOT;
        _submitAs(sequencer, b, proof); // replaced, and still fresh
    }

    function test_submit_revertsWithProofRefusedAfterAnAmendment() public {
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW);
        bytes memory proof = _proveBatch(b);
        vm.prank(board);
        trials.consent(TRIAL, 78);
        vm.prank(sponsor);
        trials.amend(TRIAL, 78);
        _refused(abi.encodeWithSelector(ITrialRegistry.ProofRefused.selector, VISITS, 1), sequencer, b, proof);
    }

    function test_submit_revertsWithNotSequencer() public {
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW);
        bytes memory proof = _proveBatch(b);
        address[4] memory others = [sponsor, board, stranger, address(this)];
        for (uint256 i = 0; i < 4; ++i) {
            _refused(abi.encodeWithSelector(ITrialRegistry.NotSequencer.selector, others[i]), others[i], b, proof);
        }
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.NotSequencer.selector, sequencer));
        vm.prank(sequencer);
        trials.submit(TRIAL + 1, b, proof);
    }

    function test_submit_changesHandsWithTheSequencer() public {
        vm.prank(sponsor);
        trials.announceSequencer(TRIAL, stranger);
        uint40 time = NOW + SEQUENCER_DELAY;
        vm.warp(time);
        _publish(GRANTS, GRANTS_ROOT);
        _publish(ISSUERS, ISSUERS_ROOT);
        ITrialRegistry.Batch memory b = _batch(VISITS, time);
        bytes memory proof = _proveBatch(b);
        _refused(abi.encodeWithSelector(ITrialRegistry.NotSequencer.selector, sequencer), sequencer, b, proof);
        _submitAs(stranger, b, proof);
    }

    function test_submit_revertsWithNotLastStateForAReplayedOrReorderedBatch() public {
        ITrialRegistry.Batch memory first = _batch(VISITS, NOW);
        bytes memory proof = _proveBatch(first);
        ITrialRegistry.Batch memory second = _batch(VISITS, NOW);
        (second.oldState, second.newState) = (STATE0 + 1, STATE0 + 2);
        bytes memory proof2 = _prove(VISITS, 1, _inputsOf(second, PROTOCOL, 1));
        bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.NotLastState.selector, STATE0 + 1, STATE0);
        _refused(refusal, sequencer, second, proof2);
        _submitAs(sequencer, first, proof);
        refusal = abi.encodeWithSelector(ITrialRegistry.NotLastState.selector, STATE0, STATE0 + 1);
        _refused(refusal, sequencer, first, proof);
        _submitAs(sequencer, second, proof2);
    }

    function test_submit_revertsWithStateUnchangedAndNotInField() public {
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW);
        b.newState = b.oldState;
        _refused(abi.encodeWithSelector(ITrialRegistry.StateUnchanged.selector, STATE0), sequencer, b, _proveBatch(b));
        b.newState = 0;
        _refused(abi.encodeWithSelector(ITrialRegistry.NotInField.selector, 0), sequencer, b, _proveBatch(b));
        b.newState = FIELD;
        _refused(abi.encodeWithSelector(ITrialRegistry.NotInField.selector, FIELD), sequencer, b, _proveBatch(b));
        b.newState = FIELD - 1;
        _submit(b);
    }

    function test_submit_revertsWithBackDated() public {
        _submit(_batch(VISITS, NOW - 5));
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW - 6);
        bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.BackDated.selector, NOW - 6, NOW - 5);
        _refused(refusal, sequencer, b, _proveBatch(b));
        _submit(_batch(VISITS, NOW - 5));
    }

    function test_submit_revertsWithFromFuture() public {
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW + 1);
        _refused(abi.encodeWithSelector(ITrialRegistry.FromFuture.selector, NOW + 1), sequencer, b, _proveBatch(b));
    }

    function test_submit_revertsWithTooOld() public {
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW - MAX_BATCH_AGE - 1);
        _refused(abi.encodeWithSelector(ITrialRegistry.TooOld.selector, b.time), sequencer, b, _proveBatch(b));
        _submit(_batch(VISITS, NOW - MAX_BATCH_AGE));
    }

    function test_submit_revertsWithStaleRoot() public {
        uint40 time = NOW + MAX_ROOT_AGE;
        vm.warp(time);
        _submit(_batch(VISITS, time)); // as old as allowed
        vm.warp(time + 1);
        ITrialRegistry.Batch memory b = _batch(VISITS, time);
        bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.StaleRoot.selector, GRANTS, GRANTS_ROOT);
        _refused(refusal, sequencer, b, _proveBatch(b));
        _publish(GRANTS, GRANTS_ROOT);
        refusal = abi.encodeWithSelector(ITrialRegistry.StaleRoot.selector, ISSUERS, ISSUERS_ROOT);
        _refused(refusal, sequencer, b, _proveBatch(b));
        _publish(ISSUERS, ISSUERS_ROOT);
        b.issuersRoot = GRANTS_ROOT;
        refusal = abi.encodeWithSelector(ITrialRegistry.StaleRoot.selector, ISSUERS, GRANTS_ROOT);
        _refused(refusal, sequencer, b, _proveBatch(b));
        _submit(_batch(VISITS, time));
    }

    function test_submit_revertsWithNotPinned() public {
        vm.warp(START);
        _announce(VISITS, 2, 9);
        vm.warp(NOW);
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW);
        b.version = 2;
        _refused(abi.encodeWithSelector(ITrialRegistry.NotPinned.selector, VISITS, 2), sequencer, b, _proveBatch(b));
    }

    /// @dev A statement that is pinned, but moves no state.
    function test_submit_revertsWithUnknownStatement() public {
        ITrialRegistry.Batch memory b = _batch(COMPLIANCE, NOW);
        bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.UnknownStatement.selector, COMPLIANCE);
        _refused(refusal, sequencer, b, _proveBatch(b));
    }

    function test_submit_revertsWithClosed() public {
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW);
        bytes memory proof = _proveBatch(b);
        vm.prank(sponsor);
        trials.close(TRIAL);
        _refused(abi.encodeWithSelector(ITrialRegistry.Closed.selector, NOW), sequencer, b, proof);
    }

    function test_submit_raisesAFlagThatPausesEnrolment() public {
        _submit(_batch(ENROLMENT, NOW));
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW);
        b.safety = true;
        bytes memory proof = _proveBatch(b);
        vm.expectEmit(address(trials));
        emit ITrialRegistry.FlagRaised(TRIAL, 1);
        _submitAs(sequencer, b, proof);
        assertEq(trials.trialOf(TRIAL).flag, 2);
        b = _batch(ENROLMENT, NOW);
        proof = _proveBatch(b);
        _refused(abi.encodeWithSelector(ITrialRegistry.FlagOpen.selector, 2), sequencer, b, proof);
        vm.expectEmit(address(trials));
        emit ITrialRegistry.FlagLifted(TRIAL, 1, "reason");
        vm.prank(board);
        trials.liftFlag(TRIAL, 1, "reason");
        assertEq(trials.trialOf(TRIAL).flag, 0);
        _submitAs(sequencer, b, proof);
    }

    function test_submit_takesVisitsWhilePaused() public {
        _raise();
        _submit(_batch(VISITS, NOW));
        assertEq(trials.trialOf(TRIAL).flag, 1);
    }

    function test_liftFlag_revertsWithNotBoard() public {
        _raise();
        address[4] memory others = [sponsor, sequencer, stranger, address(this)];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.NotBoard.selector, others[i]));
            vm.prank(others[i]);
            trials.liftFlag(TRIAL, 0, "reason");
        }
    }

    function test_liftFlag_revertsWithNotLastFlag() public {
        _liftRefused(abi.encodeWithSelector(ITrialRegistry.NotLastFlag.selector, 0), 0, "reason");
        _liftRefused(
            abi.encodeWithSelector(ITrialRegistry.NotLastFlag.selector, type(uint32).max), type(uint32).max, "reason"
        );
        _raise();
        _raise();
        _liftRefused(abi.encodeWithSelector(ITrialRegistry.NotLastFlag.selector, 0), 0, "reason");
        vm.prank(board);
        trials.liftFlag(TRIAL, 1, "reason");
    }

    function test_liftFlag_revertsWithZeroHash() public {
        _raise();
        _liftRefused(abi.encodeWithSelector(ITrialRegistry.ZeroHash.selector), 0, 0);
    }

    function test_submit_revertsWithSafetyOfEnrolment() public {
        ITrialRegistry.Batch memory b = _batch(ENROLMENT, NOW);
        b.safety = true;
        _refused(abi.encodeWithSelector(ITrialRegistry.SafetyOfEnrolment.selector), sequencer, b, _proveBatch(b));
    }

    function test_submit_reservesForEnrolmentOnly() public {
        _submit(_batch(ENROLMENT, NOW));
        _submit(_batch(VISITS, NOW));
        _submit(_batch(ENROLMENT, NOW));
        ITrialRegistry.Funds memory f = trials.fundsOf(TRIAL);
        assertEq(f.balance, 10 * SLOTS * PRICES);
        assertEq(f.reserved, 2 * SLOTS * PRICES);
        assertEq(f.places, 2 * SLOTS);
    }

    function test_fuzz_submit_revertsWithUnfunded(uint256 missing) public {
        missing = 1 + missing % (SLOTS * PRICES);
        uint256 left = 2 * SLOTS * PRICES - missing;
        vm.prank(sponsor);
        trials.withdraw(TRIAL, payee, 10 * SLOTS * PRICES - left);
        _submit(_batch(ENROLMENT, NOW));
        ITrialRegistry.Batch memory b = _batch(ENROLMENT, NOW);
        uint256 available = left - SLOTS * PRICES;
        bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.Unfunded.selector, SLOTS * PRICES, available);
        _refused(refusal, sequencer, b, _proveBatch(b));
        _fund(missing);
        _submit(b);
    }

    function _raise() private {
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW);
        b.safety = true;
        _submit(b);
    }

    function _liftRefused(bytes memory refusal, uint32 number, bytes32 reason) private {
        vm.expectRevert(refusal);
        vm.prank(board);
        trials.liftFlag(TRIAL, number, reason);
    }

    function _publish(bytes32 kind, uint256 root) private {
        vm.prank(publisher);
        roots.publish(kind, bytes32(root));
    }

    function _submitAs(address caller, ITrialRegistry.Batch memory b, bytes memory proof) private {
        vm.prank(caller);
        trials.submit(TRIAL, b, proof);
    }

    function _refused(bytes memory refusal, address caller, ITrialRegistry.Batch memory b, bytes memory proof) private {
        vm.expectRevert(refusal);
        _submitAs(caller, b, proof);
    }
}
