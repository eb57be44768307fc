// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITrialRegistry} from "./interfaces/ITrialRegistry.sol";

/// @title The counters of a trial, packed in lanes of 22 bits
library TrialLanes {
    uint256 private constant BITS = 22;
    uint256 private constant MASK = 0x3fffff;
    uint256 private constant DEVIATIONS = 7;
    /// @dev A bit for each of the lanes 0, 1, 2 and 5: ineligible, deferred, noConsent, afterWithdrawal.
    uint256 private constant CRITICAL = 0x27;

    /// @notice The first lane of the counters.
    function participants(uint256 counters) internal pure returns (uint32) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(counters & MASK);
    }

    /// @notice Reverts where a critical deviation has a threshold that is not 0.
    function checkThresholds(uint32[7] calldata thresholds) internal pure {
        for (uint256 lane = 0; lane < DEVIATIONS; ++lane) {
            if (CRITICAL >> lane & 1 == 1 && thresholds[lane] != 0) revert ITrialRegistry.CriticalThreshold(lane);
        }
    }

    /// @notice Reverts where a deviation happened more often than its threshold allows.
    function checkDeviations(uint256 deviations, uint32[7] memory thresholds) internal pure {
        for (uint256 lane = 0; lane < DEVIATIONS; ++lane) {
            uint256 count = deviations >> BITS * lane & MASK;
            if (count > thresholds[lane]) revert ITrialRegistry.ThresholdExceeded(lane, count, thresholds[lane]);
        }
    }
}
