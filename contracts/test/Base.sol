// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @dev The cheat codes of forge that these tests use.
interface Vm {
    function assume(bool condition) external;
    function chainId(uint256 id) external;
    function deal(address account, uint256 balance) external;
    function deployCode(string calldata artifact, bytes calldata args) external returns (address);
    function etch(address target, bytes calldata code) external;
    function expectEmit(address emitter) external;
    function expectRevert(bytes calldata revertData) external;
    function prank(address sender) external;
    function roll(uint256 blockNumber) external;
    function warp(uint256 timestamp) external;
}

/// @dev What all tests share: a manager, roles and their holders.
abstract contract Base {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev Time at which a test begins. Tests count from it: the optimizer may read `block.timestamp` after a warp
    /// where the source reads it before.
    uint64 internal constant START = 1_700_000_000;

    uint64 internal constant SUBMITTER = 1;
    uint64 internal constant RECOVERY = 2;
    uint64 internal constant GUARDIAN = 3;
    uint64 internal constant REGISTRAR = 4;

    address internal constant submitter = address(0xA1);
    address internal constant recovery = address(0xA2);
    address internal constant guardian = address(0xA3);
    address internal constant registrar = address(0xA4);
    address internal constant stranger = address(0xA5);

    AccessManager internal manager;

    /// @dev A manager administered by the test, whose roles have their holders.
    function _deployManager() internal {
        vm.warp(START);
        manager = new AccessManager(address(this));
        manager.grantRole(SUBMITTER, submitter, 0);
        manager.grantRole(RECOVERY, recovery, 0);
        manager.grantRole(GUARDIAN, guardian, 0);
        manager.grantRole(REGISTRAR, registrar, 0);
    }

    function _allow(address target, bytes4 selector, uint64 role) internal {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        manager.setTargetFunctionRole(target, selectors, role);
    }

    function assertEq(bytes32 got, bytes32 want) internal pure {
        require(got == want, "values differ");
    }

    function assertEq(uint256 got, uint256 want) internal pure {
        require(got == want, "numbers differ");
    }

    function assertEq(string memory got, string memory want) internal pure {
        require(keccak256(bytes(got)) == keccak256(bytes(want)), "strings differ");
    }
}
