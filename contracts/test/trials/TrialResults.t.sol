// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITrialRegistry} from "../../src/interfaces/ITrialRegistry.sol";
import {TrialBase} from "./TrialBase.sol";

/// @dev Closing, verification of the last state, publication.
contract TrialResultsTest is TrialBase {
    bytes32 private constant DOCUMENT = "document";

    function setUp() public {
        _deployTrials();
        _create();
        _fund(3 * SLOTS * PRICES);
        _submit(_batch(ENROLMENT, NOW));
        _submit(_batch(ENROLMENT, NOW));
        _submit(_batch(VISITS, NOW));
    }

    function test_close_isForSponsorAndBoard() public {
        address[3] memory others = [sequencer, stranger, address(this)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.NotSponsorNorBoard.selector, others[i]));
            vm.prank(others[i]);
            trials.close(TRIAL);
        }
        vm.expectEmit(address(trials));
        emit ITrialRegistry.TrialClosed(TRIAL, board, STATE0 + 3);
        vm.prank(board);
        trials.close(TRIAL);
        assertEq(trials.trialOf(TRIAL).closedAt, NOW);
    }

    function test_verifyCompliance_makesTheEntry() public {
        _close();
        ITrialRegistry.Chunk memory c = _chunk(3, 6);
        c.deviations = 3 << 66;
        vm.expectEmit(address(trials));
        emit ITrialRegistry.ComplianceVerified(TRIAL, c.counters, c.deviations, RESULTS);
        _verify(c);
        ITrialRegistry.Entry memory e = trials.entryOf(TRIAL);
        require(e.verifiedAt == NOW && e.publishedAt == 0 && e.document == 0, "another time");
        require(e.counters == c.counters && e.deviations == c.deviations && e.resultsRoot == RESULTS, "another entry");
        ITrialRegistry.Funds memory f = trials.fundsOf(TRIAL);
        assertEq(f.reserved, 6 * PRICES);
        assertEq(f.places, 6);
        assertEq(f.balance, 3 * SLOTS * PRICES);
        _verifyRefused(abi.encodeWithSelector(ITrialRegistry.ChunkKnown.selector, 0), c);
    }

    function test_verifyCompliance_goesByChunks() public {
        _close();
        ITrialRegistry.Chunk memory c = _part(0, 11);
        vm.expectEmit(address(trials));
        emit ITrialRegistry.ChunkVerified(TRIAL, 1, 0, 11);
        _verify(c);
        _verify(_part(11, 12));
        _verifyRefused(abi.encodeWithSelector(ITrialRegistry.ChunkKnown.selector, 11), _part(0, 11));
        _verify(_part(12, 0));
        require(trials.entryOf(TRIAL).verifiedAt == NOW, "not verified");
    }

    function test_verifyCompliance_revertsWithUnknownChunk() public {
        _close();
        bytes memory refusal = abi.encodeWithSelector(ITrialRegistry.UnknownChunk.selector, 11);
        _verifyRefused(refusal, _part(11, 0));
        _verify(_part(0, 11));
        ITrialRegistry.Chunk memory c = _part(11, 0);
        c.version = 2; // whose chunks have other places
        _verifyRefused(refusal, c);
        _verifyRefused(abi.encodeWithSelector(ITrialRegistry.UnknownChunk.selector, 12), _part(12, 0));
        assertEq(trials.entryOf(TRIAL).verifiedAt, 0);
    }

    /// @dev Nobody can keep others from finishing by beginning with another version, or again.
    function test_verifyCompliance_keepsVersionsApart() public {
        _close();
        _verify(_part(0, 11));
        ITrialRegistry.Chunk memory c = _part(0, 11);
        c.version = 2;
        _verify(c);
        _verify(_part(11, 0));
    }

    function test_verifyCompliance_revertsWithResultsBeforeLast() public {
        _close();
        ITrialRegistry.Chunk memory c = _part(0, 11);
        c.resultsRoot = RESULTS;
        _verifyRefused(abi.encodeWithSelector(ITrialRegistry.ResultsBeforeLast.selector, RESULTS), c);
    }

    function test_verifyCompliance_revertsWithNotFinalStateOnceClosed() public {
        _close();
        _verifyRefused(abi.encodeWithSelector(ITrialRegistry.NotFinalState.selector, 2), _chunk(2, 6));
    }

    function test_verifyCompliance_revertsWithUnknownState() public {
        ITrialRegistry.Chunk memory c = _chunk(4, 6);
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.UnknownState.selector, 4));
        trials.verifyCompliance(TRIAL, c, new bytes(256));
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.NotPinned.selector, COMPLIANCE, 1));
        trials.verifyCompliance(TRIAL + 1, c, new bytes(256));
    }

    function test_verifyCompliance_revertsWithNotPinned() public {
        _close();
        ITrialRegistry.Chunk memory c = _chunk(3, 6);
        c.version = 3;
        _verifyRefused(abi.encodeWithSelector(ITrialRegistry.NotPinned.selector, COMPLIANCE, 3), c);
    }

    function test_fuzz_verifyCompliance_revertsWithProofRefused(uint8 place, uint256 other, bool closed) public {
        if (closed) _close();
        ITrialRegistry.Chunk memory c = _chunk(3, 6);
        uint256[] memory inputs = _inputsOf(c);
        vm.assume(other != inputs[place % 8]);
        inputs[place % 8] = other;
        bytes memory proof = _prove(COMPLIANCE, 1, inputs);
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.ProofRefused.selector, COMPLIANCE, 1));
        trials.verifyCompliance(TRIAL, c, proof);
    }

    function test_fuzz_verifyCompliance_revertsWithProofRefusedForAnyChange(uint8 which) public {
        _close();
        _verify(_part(0, 11));
        ITrialRegistry.Chunk memory c = _chunk(3, 6);
        bytes memory proof = _proveChunk(c);
        which %= 5;
        if (which == 0) c.counters += 1;
        if (which == 1) c.deviations += 1;
        if (which == 2) c.resultsRoot += 1;
        if (which == 3) c.accIn = 11;
        if (which == 4) (c.accOut, c.resultsRoot) = (12, 0);
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.ProofRefused.selector, COMPLIANCE, 1));
        trials.verifyCompliance(TRIAL, c, proof);
    }

    function test_verifyCompliance_isInterimBeforeClosing() public {
        ITrialRegistry.Chunk memory c = _chunk(2, 6);
        vm.expectEmit(address(trials));
        emit ITrialRegistry.InterimVerified(TRIAL, 2, c.counters, 0, RESULTS, 0, 0);
        _verify(c);
        _verify(_part(11, 12)); // also without the one before
        assertEq(trials.entryOf(TRIAL).verifiedAt, 0);
        assertEq(trials.fundsOf(TRIAL).places, 2 * SLOTS);
        _close();
        _verifyRefused(abi.encodeWithSelector(ITrialRegistry.UnknownChunk.selector, 12), _part(12, 0));
        _publishRefused(abi.encodeWithSelector(ITrialRegistry.NotVerified.selector), RESULTS);
    }

    function test_publish_makesAnEntryThatAllCanRead() public {
        _close();
        _verify(_chunk(3, 6));
        vm.warp(NOW + 9);
        vm.expectEmit(address(trials));
        emit ITrialRegistry.ResultsPublished(TRIAL, RESULTS, DOCUMENT);
        vm.prank(sponsor);
        trials.publish(TRIAL, RESULTS, DOCUMENT);
        ITrialRegistry.Entry memory e = trials.entryOf(TRIAL);
        require(e.verifiedAt == NOW && e.publishedAt == NOW + 9, "another time");
        require(e.document == DOCUMENT && e.resultsRoot == RESULTS, "another entry");
        _publishRefused(abi.encodeWithSelector(ITrialRegistry.AlreadyPublished.selector), RESULTS);
    }

    function test_publish_revertsWithNotSponsor() public {
        _close();
        _verify(_chunk(3, 6));
        address[4] memory others = [board, sequencer, stranger, address(this)];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.NotSponsor.selector, others[i]));
            vm.prank(others[i]);
            trials.publish(TRIAL, RESULTS, DOCUMENT);
        }
    }

    function test_publish_revertsWithNotClosed() public {
        _verify(_chunk(3, 6));
        _publishRefused(abi.encodeWithSelector(ITrialRegistry.NotClosed.selector), RESULTS);
    }

    function test_publish_revertsWithNotVerified() public {
        _close();
        _verify(_part(0, 11));
        _publishRefused(abi.encodeWithSelector(ITrialRegistry.NotVerified.selector), RESULTS);
    }

    function test_fuzz_publish_revertsWithWrongResults(uint256 other) public {
        vm.assume(other != RESULTS);
        _close();
        _verify(_chunk(3, 6));
        _publishRefused(abi.encodeWithSelector(ITrialRegistry.WrongResults.selector, other, RESULTS), other);
    }

    function test_publish_revertsWithFlagOpen() public {
        ITrialRegistry.Batch memory b = _batch(VISITS, NOW);
        b.safety = true;
        _submit(b);
        _close();
        _verify(_chunk(4, 6));
        _publishRefused(abi.encodeWithSelector(ITrialRegistry.FlagOpen.selector, 4), RESULTS);
        vm.prank(board);
        trials.liftFlag(TRIAL, 3, "reason");
        vm.prank(sponsor);
        trials.publish(TRIAL, RESULTS, DOCUMENT);
    }

    function test_publish_revertsWithZeroHash() public {
        _close();
        _verify(_chunk(3, 6));
        vm.expectRevert(abi.encodeWithSelector(ITrialRegistry.ZeroHash.selector));
        vm.prank(sponsor);
        trials.publish(TRIAL, RESULTS, 0);
    }

    function test_fuzz_publish_revertsWithThresholdExceeded(uint24[7] memory counts) public {
        uint32[7] memory thresholds = _terms().thresholds;
        ITrialRegistry.Chunk memory c = _chunk(3, 6);
        uint256 exceeded = 7;
        for (uint256 i = 7; i > 0; --i) {
            // Mostly within the threshold, so that each lane is the first sometimes.
            uint256 count = counts[i - 1] % 8 == 0 ? counts[i - 1] % 0x400000 : counts[i - 1] % (thresholds[i - 1] + 1);
            c.deviations |= count << (i - 1) * 22;
            if (count > thresholds[i - 1]) exceeded = i - 1;
        }
        _close();
        _verify(c);
        if (exceeded < 7) {
            uint256 count = c.deviations >> exceeded * 22 & 0x3fffff;
            _publishRefused(
                abi.encodeWithSelector(
                    ITrialRegistry.ThresholdExceeded.selector, exceeded, count, uint256(thresholds[exceeded])
                ),
                RESULTS
            );
        } else {
            vm.prank(sponsor);
            trials.publish(TRIAL, RESULTS, DOCUMENT);
        }
    }

    function test_publish_countsEachLaneAlone() public {
        uint32[7] memory thresholds = _terms().thresholds;
        _close();
        ITrialRegistry.Chunk memory c = _chunk(3, 6);
        for (uint256 lane = 0; lane < 7; ++lane) {
            c.deviations |= uint256(thresholds[lane]) << lane * 22;
        }
        _verify(c); // every lane at its threshold
        vm.prank(sponsor);
        trials.publish(TRIAL, RESULTS, DOCUMENT);
    }

    function _part(uint256 accIn, uint256 accOut) private pure returns (ITrialRegistry.Chunk memory c) {
        c = _chunk(3, 6);
        (c.accIn, c.accOut) = (accIn, accOut);
        if (accOut != 0) c.resultsRoot = 0;
    }

    function _close() private {
        vm.prank(sponsor);
        trials.close(TRIAL);
    }

    function _verifyRefused(bytes memory refusal, ITrialRegistry.Chunk memory c) private {
        bytes memory proof = _proveChunk(c);
        vm.expectRevert(refusal);
        trials.verifyCompliance(TRIAL, c, proof);
    }

    function _publishRefused(bytes memory refusal, uint256 resultsRoot) private {
        vm.expectRevert(refusal);
        vm.prank(sponsor);
        trials.publish(TRIAL, resultsRoot, DOCUMENT);
    }
}
