// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {RootRegistry} from "../src/RootRegistry.sol";
import {IRootRegistry} from "../src/interfaces/IRootRegistry.sol";
import {RegistryBase} from "./RegistryBase.sol";

contract RootRegistryTest is RegistryBase {
    bytes32 private constant NONE = "none";

    function setUp() public {
        _deployRegistry();
    }

    function test_constructor_revertsWithZeroMaxHeartbeat() public {
        vm.expectRevert(abi.encodeWithSelector(IRootRegistry.ZeroMaxHeartbeat.selector));
        new RootRegistry(address(manager), 0);
    }

    function test_openKind_keepsItsTerms() public {
        vm.expectEmit(address(registry));
        emit IRootRegistry.KindOpened("trials", KEYS_ROLE, MAX_HEARTBEAT, true);
        vm.prank(registrar);
        registry.openKind("trials", KEYS_ROLE, MAX_HEARTBEAT, true);
        IRootRegistry.Kind memory k = registry.kindOf("trials");
        assertEq(k.publisherRole, KEYS_ROLE);
        assertEq(k.heartbeat, MAX_HEARTBEAT);
        require(k.inField, "not in field");
        assertEq(registry.maxHeartbeat(), MAX_HEARTBEAT);
    }

    function test_fuzz_openKind_revertsWithAccessManagedUnauthorized(address caller) public {
        vm.assume(caller != registrar);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        registry.openKind("trials", KEYS_ROLE, 60, true);
    }

    function test_openKind_revertsWithHeartbeatOutOfRange() public {
        _openRefused(abi.encodeWithSelector(IRootRegistry.HeartbeatOutOfRange.selector, 0, MAX_HEARTBEAT), NONE, 7, 0);
        uint32 more = MAX_HEARTBEAT + 1;
        _openRefused(
            abi.encodeWithSelector(IRootRegistry.HeartbeatOutOfRange.selector, more, MAX_HEARTBEAT), NONE, 7, more
        );
    }

    function test_openKind_revertsWithPublicPublisher() public {
        bytes memory refusal = abi.encodeWithSelector(IRootRegistry.PublicPublisher.selector, NONE);
        _openRefused(refusal, NONE, type(uint64).max, 60);
    }

    function test_openKind_revertsWithKindInUse() public {
        _openRefused(abi.encodeWithSelector(IRootRegistry.KindInUse.selector, GRANTS), GRANTS, 7, 60);
    }

    function test_publish_keepsHistory() public {
        vm.expectEmit(address(registry));
        emit IRootRegistry.RootPublished(GRANTS, bytes32(uint256(1)), 0);
        _publish(1);
        vm.warp(START + 10);
        vm.expectEmit(address(registry));
        emit IRootRegistry.RootConfirmed(GRANTS, bytes32(uint256(1)));
        _publish(1);
        vm.warp(START + 15);
        vm.expectEmit(address(registry));
        emit IRootRegistry.RootPublished(GRANTS, bytes32(uint256(2)), bytes32(uint256(1)));
        _publish(2);

        _expectPublication(1, START, START + 10, START + 15);
        _expectPublication(2, START + 15, START + 15, 0);
        _expectPublication(3, 0, 0, 0);
        _expectPublication(0, 0, 0, 0);
        (bytes32 root, uint64 expiresAt) = registry.latestRoot(GRANTS);
        assertEq(root, bytes32(uint256(2)));
        assertEq(expiresAt, START + 15 + HEARTBEAT);
    }

    function test_publish_keepsKindsApart() public {
        _publish(1);
        vm.prank(keysPublisher);
        registry.publish(KEYS, bytes32(uint256(2)));
        require(registry.isFresh(GRANTS, bytes32(uint256(1)), 0), "not fresh");
        require(!registry.isFresh(GRANTS, bytes32(uint256(2)), 0), "root of another kind is fresh");
    }

    function test_publish_revertsWithNotPublisher() public {
        address[3] memory others = [stranger, keysPublisher, registrar];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRootRegistry.NotPublisher.selector, GRANTS, others[i]));
            vm.prank(others[i]);
            registry.publish(GRANTS, bytes32(uint256(1)));
        }
    }

    function test_publish_revertsWithNotPublisherOnceRevoked() public {
        manager.revokeRole(GRANTS_ROLE, grantsPublisher);
        _refused(abi.encodeWithSelector(IRootRegistry.NotPublisher.selector, GRANTS, grantsPublisher), GRANTS, 1);
    }

    function test_publish_revertsWithNotPublisherForDelayedMember() public {
        manager.grantRole(GRANTS_ROLE, stranger, 1);
        vm.expectRevert(abi.encodeWithSelector(IRootRegistry.NotPublisher.selector, GRANTS, stranger));
        vm.prank(stranger);
        registry.publish(GRANTS, bytes32(uint256(1)));
    }

    function test_publish_revertsWithRegistryClosed() public {
        manager.setTargetClosed(address(registry), true);
        _refused(abi.encodeWithSelector(IRootRegistry.RegistryClosed.selector), GRANTS, 1);
    }

    function test_publish_revertsWithUnknownKind() public {
        _refused(abi.encodeWithSelector(IRootRegistry.UnknownKind.selector, NONE), NONE, 1);
    }

    function test_publish_revertsWithZeroRoot() public {
        _refused(abi.encodeWithSelector(IRootRegistry.ZeroRoot.selector), GRANTS, 0);
    }

    function test_fuzz_publish_revertsWithRootOutsideField(uint256 above) public {
        uint256 root = FIELD + above % (type(uint256).max - FIELD + 1);
        _refused(abi.encodeWithSelector(IRootRegistry.RootOutsideField.selector, GRANTS, root), GRANTS, root);
        vm.prank(keysPublisher);
        registry.publish(KEYS, bytes32(root));
    }

    function test_publish_acceptsLargestFieldElement() public {
        _publish(FIELD - 1);
        require(registry.isFresh(GRANTS, bytes32(FIELD - 1), 0), "not fresh");
    }

    function test_publish_revertsWithRootReplaced() public {
        _publish(1);
        _publish(2);
        bytes memory refusal = abi.encodeWithSelector(IRootRegistry.RootReplaced.selector, GRANTS, bytes32(uint256(1)));
        _refused(refusal, GRANTS, 1);
    }

    function test_fuzz_isFresh_ofLatest(uint64 maxAge, uint32 age) public {
        age %= 2 * HEARTBEAT;
        _publish(1);
        vm.warp(START + age);
        bool want = age <= maxAge && age <= HEARTBEAT;
        require(registry.isFresh(GRANTS, bytes32(uint256(1)), maxAge) == want, "freshness is wrong");
    }

    function test_isFresh_endsAfterHeartbeatUnlessPublishedAgain() public {
        _publish(1);
        vm.warp(START + HEARTBEAT);
        require(registry.isFresh(GRANTS, bytes32(uint256(1)), type(uint64).max), "expired early");
        vm.warp(START + HEARTBEAT + 1);
        require(!registry.isFresh(GRANTS, bytes32(uint256(1)), type(uint64).max), "outlived its heartbeat");
        _publish(1);
        require(registry.isFresh(GRANTS, bytes32(uint256(1)), 0), "not renewed");
    }

    /// @dev A withdrawal replaced the root: what is left of its time runs from its last confirmation.
    function test_isFresh_ofReplacedRootRunsOut() public {
        _publish(1);
        vm.warp(START + 100);
        _publish(2);
        vm.warp(START + 150);
        require(registry.isFresh(GRANTS, bytes32(uint256(1)), 150), "lost before its time");
        require(!registry.isFresh(GRANTS, bytes32(uint256(1)), 149), "outlived the verifier's limit");
    }

    function test_isFresh_isFalseForUnknown() public {
        require(!registry.isFresh(NONE, bytes32(uint256(1)), type(uint64).max), "unknown kind is fresh");
        require(!registry.isFresh(GRANTS, bytes32(uint256(1)), type(uint64).max), "unknown root is fresh");
        vm.warp(HEARTBEAT - 1); // a chain whose clock began at 0
        require(!registry.isFresh(GRANTS, bytes32(uint256(1)), type(uint64).max), "unknown root is fresh early on");
    }

    function test_latestRoot_isZeroBeforeTheFirst() public view {
        (bytes32 root, uint64 expiresAt) = registry.latestRoot(GRANTS);
        assertEq(root, 0);
        assertEq(expiresAt, 0);
    }

    function _expectPublication(uint256 root, uint64 publishedAt, uint64 confirmedAt, uint64 replacedAt) private view {
        IRootRegistry.Publication memory p = registry.publicationOf(GRANTS, bytes32(root));
        assertEq(p.publishedAt, publishedAt);
        assertEq(p.confirmedAt, confirmedAt);
        assertEq(p.replacedAt, replacedAt);
    }

    function _publish(uint256 root) private {
        vm.prank(grantsPublisher);
        registry.publish(GRANTS, bytes32(root));
    }

    function _refused(bytes memory refusal, bytes32 kind, uint256 root) private {
        vm.expectRevert(refusal);
        vm.prank(grantsPublisher);
        registry.publish(kind, bytes32(root));
    }

    function _openRefused(bytes memory refusal, bytes32 kind, uint64 role, uint32 heartbeat) private {
        vm.expectRevert(refusal);
        vm.prank(registrar);
        registry.openKind(kind, role, heartbeat, true);
    }
}
