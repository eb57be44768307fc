// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {RootRegistry} from "../src/RootRegistry.sol";
import {IRootRegistry} from "../src/interfaces/IRootRegistry.sol";
import {RegistryBase} from "./RegistryBase.sol";

/// @dev Publishes as anybody, anything, at any time, and keeps its own account of what was accepted.
contract RegistryHandler is RegistryBase {
    struct Account {
        uint64 publishedAt;
        uint64 confirmedAt;
        uint64 replacedAt;
    }

    uint256 private constant ROOTS = 24;

    mapping(uint256 root => Account) private _accounts;
    uint256 private _latest;
    string[] private _breaches;

    constructor() {
        _deployRegistry();
    }

    /// @dev Roots are taken from a few values, so that they are published again and come back.
    function publish(uint256 root) external {
        root = 1 + root % ROOTS;
        vm.prank(grantsPublisher);
        try registry.publish(GRANTS, bytes32(root)) {
            _accepted(root);
        } catch {}
    }

    function publishAsStranger(address caller, uint256 root) external {
        if (caller == grantsPublisher) return;
        vm.prank(caller);
        try registry.publish(GRANTS, bytes32(root)) {
            _breaches.push("a stranger published");
        } catch {}
    }

    function publishOutsideField(uint256 root) external {
        if (root < FIELD && root != 0) return;
        vm.prank(grantsPublisher);
        try registry.publish(GRANTS, bytes32(root)) {
            _breaches.push("a root outside the field was accepted");
        } catch {}
    }

    function openAgain(uint32 heartbeat) external {
        vm.prank(registrar);
        try registry.openKind(GRANTS, GRANTS_ROLE, heartbeat, false) {
            _breaches.push("the terms of a kind changed");
        } catch {}
    }

    function wait_(uint32 time) external {
        vm.warp(block.timestamp + time % HEARTBEAT);
    }

    function check() external view {
        if (_breaches.length > 0) revert(_breaches[0]);
        (bytes32 latest,) = registry.latestRoot(GRANTS);
        require(uint256(latest) == _latest, "the latest root is another");
        for (uint256 root = 1; root <= ROOTS; ++root) {
            _checkRoot(root);
        }
    }

    function _checkRoot(uint256 root) private view {
        Account memory a = _accounts[root];
        IRootRegistry.Publication memory p = registry.publicationOf(GRANTS, bytes32(root));
        require(p.publishedAt == a.publishedAt, "publication time changed");
        require(p.confirmedAt == a.confirmedAt, "confirmation time changed");
        require(p.replacedAt == a.replacedAt, "replacement time changed");
        if (!registry.isFresh(GRANTS, bytes32(root), type(uint64).max)) return;
        require(a.confirmedAt != 0 && block.timestamp - a.confirmedAt <= HEARTBEAT, "fresh beyond the heartbeat");
    }

    function _accepted(uint256 root) private {
        Account storage a = _accounts[root];
        if (a.replacedAt != 0) _breaches.push("a replaced root came back");
        if (root != _latest) {
            if (_latest != 0) _accounts[_latest].replacedAt = uint64(block.timestamp);
            a.publishedAt = uint64(block.timestamp);
            _latest = root;
        }
        a.confirmedAt = uint64(block.timestamp);
    }
}

contract RegistryInvariantsTest {
    RegistryHandler private handler;

    function setUp() public {
        handler = new RegistryHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_historyIsWhatWasAccepted() public view {
        handler.check();
    }
}
