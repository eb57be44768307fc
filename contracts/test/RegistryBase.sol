// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {RootRegistry} from "../src/RootRegistry.sol";
import {IRootRegistry} from "../src/interfaces/IRootRegistry.sol";
import {Base} from "./Base.sol";

/// @dev A deployed registry with a kind in the field and one outside it, each with its publisher.
abstract contract RegistryBase is Base {
    uint256 internal constant FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint32 internal constant MAX_HEARTBEAT = 1 days;
    uint32 internal constant HEARTBEAT = 1 hours;
    bytes32 internal constant GRANTS = "grants";
    bytes32 internal constant KEYS = "keys";
    uint64 internal constant GRANTS_ROLE = 100;
    uint64 internal constant KEYS_ROLE = 101;
    address internal constant grantsPublisher = address(0xB1);
    address internal constant keysPublisher = address(0xB2);

    RootRegistry internal registry;

    function _deployRegistry() internal {
        _deployManager();
        registry = new RootRegistry(address(manager), MAX_HEARTBEAT);
        _allow(address(registry), IRootRegistry.openKind.selector, REGISTRAR);
        manager.grantRole(GRANTS_ROLE, grantsPublisher, 0);
        manager.grantRole(KEYS_ROLE, keysPublisher, 0);
        vm.prank(registrar);
        registry.openKind(GRANTS, GRANTS_ROLE, HEARTBEAT, true);
        vm.prank(registrar);
        registry.openKind(KEYS, KEYS_ROLE, HEARTBEAT, false);
    }
}
