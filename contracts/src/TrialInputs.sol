// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITrialRegistry} from "./interfaces/ITrialRegistry.sol";

/// @title The public inputs of a trial's statements
/// @notice Puts together what a proof is verified with, in the statement's order, from what was submitted and what the
/// registry knows itself.
///
/// A context binds a proof to the chain, to the contract that calls, to the trial, and to what else a proof must not be
/// carried away from. It is 248 bits of a hash, and so an element of the field.
library TrialInputs {
    /// @notice Of "enrolment" and "visits", for the batch that follows `number` others.
    function ofBatch(uint256 trial, ITrialRegistry.Batch calldata batch, uint256 protocol, uint32 number)
        internal
        view
        returns (uint256[] memory inputs)
    {
        inputs = new uint256[](9);
        inputs[0] = trial;
        inputs[1] = batch.oldState;
        inputs[2] = batch.newState;
        inputs[3] = protocol;
        inputs[4] = batch.grantsRoot;
        inputs[5] = batch.issuersRoot;
        inputs[6] = batch.time;
        inputs[7] = batch.safety ? 1 : 0;
        inputs[8] = batchContext(trial, number);
    }

    /// @notice Of "compliance".
    function ofChunk(uint256 trial, ITrialRegistry.Chunk calldata chunk, uint256 state)
        internal
        view
        returns (uint256[] memory inputs)
    {
        inputs = new uint256[](8);
        inputs[0] = trial;
        inputs[1] = state;
        inputs[2] = chunk.counters;
        inputs[3] = chunk.deviations;
        inputs[4] = chunk.resultsRoot;
        inputs[5] = chunk.accIn;
        inputs[6] = chunk.accOut;
        inputs[7] = complianceContext(trial);
    }

    /// @notice Of "compensation".
    function ofClaim(uint256 trial, ITrialRegistry.Claim calldata c, uint256 state)
        internal
        view
        returns (uint256[] memory inputs)
    {
        inputs = new uint256[](5);
        inputs[0] = trial;
        inputs[1] = state;
        inputs[2] = c.visit;
        inputs[3] = c.nullifier;
        inputs[4] = compensationContext(trial, c.recipient, c.fee);
    }

    /// @notice See ITrialRegistry.
    function batchContext(uint256 trial, uint32 number) internal view returns (uint256) {
        return _digest(abi.encode("lethe/trial/batch", block.chainid, address(this), trial, number));
    }

    /// @notice See ITrialRegistry.
    function complianceContext(uint256 trial) internal view returns (uint256) {
        return _digest(abi.encode("lethe/trial/compliance", block.chainid, address(this), trial));
    }

    /// @notice See ITrialRegistry.
    function compensationContext(uint256 trial, address recipient, uint96 fee) internal view returns (uint256) {
        return _digest(abi.encode("lethe/trial/compensation", block.chainid, address(this), trial, recipient, fee));
    }

    function _digest(bytes memory data) private pure returns (uint256) {
        return uint256(keccak256(data)) >> 8;
    }
}
