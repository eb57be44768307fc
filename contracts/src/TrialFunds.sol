// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ITrialRegistry} from "./interfaces/ITrialRegistry.sol";

/// @title The accounts of a trial
/// @notice Each function gives the accounts as they are afterwards. What is reserved is never more than what is held,
/// and what is paid comes out of both.
library TrialFunds {
    /// @notice Adds what was given.
    function add(ITrialRegistry.Funds memory f, uint256 amount) internal pure returns (ITrialRegistry.Funds memory) {
        f.balance += SafeCast.toUint112(amount);
        return f;
    }

    /// @notice Reserves the prices of all visits for the places of a batch, out of what is not reserved.
    function reserve(ITrialRegistry.Funds memory f, uint32 places, uint256 priceSum)
        internal
        pure
        returns (ITrialRegistry.Funds memory)
    {
        uint256 needed = places * priceSum;
        uint256 available = f.balance - f.reserved;
        if (needed > available) revert ITrialRegistry.Unfunded(needed, available);
        f.reserved += SafeCast.toUint112(needed);
        f.places += places;
        return f;
    }

    /// @notice Ends the reservation for the places of batches that no participant took.
    function release(ITrialRegistry.Funds memory f, uint32 participants, uint256 priceSum)
        internal
        pure
        returns (ITrialRegistry.Funds memory)
    {
        if (participants >= f.places) return f;
        uint256 excess = (f.places - participants) * priceSum;
        f.reserved -= SafeCast.toUint112(Math.min(excess, f.reserved));
        f.places = participants;
        return f;
    }

    /// @notice Takes the price of a visit out of what is reserved.
    function pay(ITrialRegistry.Funds memory f, uint96 price) internal pure returns (ITrialRegistry.Funds memory) {
        if (price > f.reserved) revert ITrialRegistry.ReservationSpent(price, f.reserved);
        f.balance -= price;
        f.reserved -= price;
        return f;
    }

    /// @notice Takes out what is not reserved, or anything once no claim is paid any more.
    function take(ITrialRegistry.Funds memory f, uint256 amount, bool claimsOver)
        internal
        pure
        returns (ITrialRegistry.Funds memory)
    {
        if (claimsOver) f.reserved = 0;
        uint256 available = f.balance - f.reserved;
        if (amount > available) revert ITrialRegistry.NotAvailable(amount, available);
        f.balance -= SafeCast.toUint112(amount);
        return f;
    }
}
