// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IRootRegistry} from "./interfaces/IRootRegistry.sol";

/// @title The roots that outside verifiers rely on
contract RootRegistry is IRootRegistry, AccessManaged {
    /// @dev Order of the scalar field of BN254 (EIP-196), in which Groth16 public inputs live.
    uint256 private constant SCALAR_FIELD_ORDER =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @dev The role that OpenZeppelin's AccessManager gives to every account.
    uint64 private constant PUBLIC_ROLE = type(uint64).max;

    uint32 private immutable _maxHeartbeat;

    mapping(bytes32 kind => Kind) private _kinds;
    mapping(bytes32 kind => bytes32 root) private _latest;
    mapping(bytes32 kind => mapping(bytes32 root => Publication)) private _publications;

    /// @param manager The AccessManager that decides who may call what.
    /// @param maxHeartbeat_ See `maxHeartbeat()`.
    constructor(address manager, uint32 maxHeartbeat_) AccessManaged(manager) {
        if (maxHeartbeat_ == 0) revert ZeroMaxHeartbeat();
        _maxHeartbeat = maxHeartbeat_;
    }

    /// @inheritdoc IRootRegistry
    function openKind(bytes32 kind, uint64 publisherRole, uint32 heartbeat, bool inField) external restricted {
        if (heartbeat == 0 || heartbeat > _maxHeartbeat) revert HeartbeatOutOfRange(heartbeat, _maxHeartbeat);
        if (publisherRole == PUBLIC_ROLE) revert PublicPublisher(kind);
        if (_kinds[kind].heartbeat != 0) revert KindInUse(kind);
        _kinds[kind] = Kind(publisherRole, heartbeat, inField);
        emit KindOpened(kind, publisherRole, heartbeat, inField);
    }

    /// @inheritdoc IRootRegistry
    function publish(bytes32 kind, bytes32 root) external {
        Kind memory opened = _kinds[kind];
        if (opened.heartbeat == 0) revert UnknownKind(kind);
        _checkPublisher(kind, opened.publisherRole);
        if (root == 0) revert ZeroRoot();
        if (opened.inField && uint256(root) >= SCALAR_FIELD_ORDER) revert RootOutsideField(kind, root);
        if (root == _latest[kind]) {
            _confirm(kind, root);
        } else {
            _replace(kind, root);
        }
    }

    /// @inheritdoc IRootRegistry
    function isFresh(bytes32 kind, bytes32 root, uint64 maxAge) external view returns (bool) {
        uint256 confirmedAt = _publications[kind][root].confirmedAt;
        if (confirmedAt == 0) return false;
        uint256 age = block.timestamp - confirmedAt;
        return age <= maxAge && age <= _kinds[kind].heartbeat;
    }

    /// @inheritdoc IRootRegistry
    function latestRoot(bytes32 kind) external view returns (bytes32 root, uint64 expiresAt) {
        root = _latest[kind];
        if (root != 0) expiresAt = _publications[kind][root].confirmedAt + _kinds[kind].heartbeat;
    }

    /// @inheritdoc IRootRegistry
    function publicationOf(bytes32 kind, bytes32 root) external view returns (Publication memory) {
        return _publications[kind][root];
    }

    /// @inheritdoc IRootRegistry
    function kindOf(bytes32 kind) external view returns (Kind memory) {
        return _kinds[kind];
    }

    /// @inheritdoc IRootRegistry
    function maxHeartbeat() external view returns (uint32) {
        return _maxHeartbeat;
    }

    function _confirm(bytes32 kind, bytes32 root) private {
        _publications[kind][root].confirmedAt = uint64(block.timestamp);
        emit RootConfirmed(kind, root);
    }

    function _replace(bytes32 kind, bytes32 root) private {
        if (_publications[kind][root].publishedAt != 0) revert RootReplaced(kind, root);
        uint64 time = uint64(block.timestamp);
        bytes32 replaced = _latest[kind];
        if (replaced != 0) _publications[kind][replaced].replacedAt = time;
        _publications[kind][root] = Publication(time, time, 0);
        _latest[kind] = root;
        emit RootPublished(kind, root, replaced);
    }

    function _checkPublisher(bytes32 kind, uint64 role) private view {
        IAccessManager manager = IAccessManager(authority());
        if (manager.isTargetClosed(address(this))) revert RegistryClosed();
        (bool isMember, uint32 delay) = manager.hasRole(role, msg.sender);
        if (!isMember || delay != 0) revert NotPublisher(kind, msg.sender);
    }
}
