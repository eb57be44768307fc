// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ICheckpointLog} from "./interfaces/ICheckpointLog.sol";
import {RFC6962} from "./RFC6962.sol";

/// @title The anchor of a transparency log
contract CheckpointLog is ICheckpointLog, AccessManaged {
    /// @dev The latest checkpoint without its root, in one slot. The times of older ones are in their events only: a
    /// second slot for each checkpoint would add 22,000 gas to the 68,000 to 125,000 that it costs.
    struct Head {
        uint32 log;
        uint64 size;
        uint64 acceptedAt;
        uint64 acceptedIn;
    }

    uint64 private immutable _maxGrowth;
    uint32 private immutable _successorDelay;

    Head private _head;
    Successor private _successor;
    mapping(uint32 log => string) private _origins;
    mapping(uint32 log => uint64) private _predecessorSizes;
    mapping(bytes32 originHash => bool) private _originUsed;
    mapping(uint32 log => mapping(uint64 size => bytes32 root)) private _roots;

    /// @param manager The AccessManager that decides who may call what.
    /// @param origin Origin of log number 0.
    /// @param maxGrowth_ See `maxGrowth()`.
    /// @param successorDelay_ See `successorDelay()`.
    constructor(address manager, string memory origin, uint64 maxGrowth_, uint32 successorDelay_)
        AccessManaged(manager)
    {
        if (maxGrowth_ == 0) revert ZeroMaxGrowth();
        if (successorDelay_ == 0) revert ZeroSuccessorDelay();
        _checkOrigin(origin);
        _maxGrowth = maxGrowth_;
        _successorDelay = successorDelay_;
        _open(0, origin, 0, 0);
    }

    /// @inheritdoc ICheckpointLog
    function submit(uint32 log, uint64 oldSize, uint64 newSize, bytes32 newRoot, bytes32[] calldata proof)
        external
        restricted
    {
        _checkLatest(log, oldSize);
        if (newSize <= oldSize) revert NotGrowing(oldSize, newSize);
        if (newSize - oldSize > _maxGrowth) revert GrowthTooLarge(newSize - oldSize, _maxGrowth);
        if (newRoot == 0) revert ZeroRoot();
        if (!RFC6962.verifyConsistency(oldSize, newSize, proof, _roots[log][oldSize], newRoot)) {
            revert Inconsistent(oldSize, newSize, newRoot);
        }
        _record(log, newSize, newRoot);
    }

    /// @inheritdoc ICheckpointLog
    function proposeSuccessor(string calldata newOrigin, uint64 lastSize, bytes32 lastRoot) external restricted {
        if (_successor.opensAt != 0) revert SuccessorPending(_successor.opensAt);
        _checkOrigin(newOrigin);
        uint32 log = _head.log;
        _checkLatest(log, lastSize);
        bytes32 root = _roots[log][lastSize];
        if (lastRoot != root) revert WrongRoot(lastRoot, root);
        uint64 opensAt = uint64(block.timestamp) + _successorDelay;
        _successor = Successor(newOrigin, lastSize, lastRoot, opensAt);
        emit SuccessorProposed(log, newOrigin, lastSize, lastRoot, opensAt);
    }

    /// @inheritdoc ICheckpointLog
    function cancelSuccessor() external restricted {
        if (_successor.opensAt == 0) revert NoSuccessor();
        string memory newOrigin = _successor.origin;
        delete _successor;
        emit SuccessorCancelled(_head.log, newOrigin);
    }

    /// @inheritdoc ICheckpointLog
    function openSuccessor() external restricted {
        Successor memory next = _successor;
        if (next.opensAt == 0) revert NoSuccessor();
        if (block.timestamp < next.opensAt) revert TooEarly(next.opensAt);
        uint32 log = _head.log;
        _checkLatest(log, next.size);
        delete _successor;
        _open(log + 1, next.origin, next.size, next.root);
    }

    /// @inheritdoc ICheckpointLog
    function verifyInclusion(uint32 log, uint64 size, uint64 index, bytes32 entry, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        return RFC6962.verifyInclusion(index, size, RFC6962.hashLeaf(entry), proof, rootOf(log, size));
    }

    /// @inheritdoc ICheckpointLog
    function latestCheckpoint() external view returns (Checkpoint memory) {
        Head memory head = _head;
        return Checkpoint(head.log, head.size, _roots[head.log][head.size], head.acceptedAt, head.acceptedIn);
    }

    /// @inheritdoc ICheckpointLog
    function originOf(uint32 log) external view returns (string memory) {
        if (log > _head.log) revert UnknownLog(log);
        return _origins[log];
    }

    /// @inheritdoc ICheckpointLog
    function predecessorOf(uint32 log) external view returns (uint64 size, bytes32 root) {
        if (log == 0 || log > _head.log) revert UnknownLog(log);
        size = _predecessorSizes[log];
        root = _roots[log - 1][size];
    }

    /// @inheritdoc ICheckpointLog
    function pendingSuccessor() external view returns (Successor memory) {
        return _successor;
    }

    /// @inheritdoc ICheckpointLog
    function maxGrowth() external view returns (uint64) {
        return _maxGrowth;
    }

    /// @inheritdoc ICheckpointLog
    function successorDelay() external view returns (uint32) {
        return _successorDelay;
    }

    /// @inheritdoc ICheckpointLog
    function rootOf(uint32 log, uint64 size) public view returns (bytes32 root) {
        root = _roots[log][size];
        if (root == 0) revert UnknownCheckpoint(log, size);
    }

    function _open(uint32 log, string memory origin, uint64 predecessorSize, bytes32 predecessorRoot) private {
        _origins[log] = origin;
        _originUsed[keccak256(bytes(origin))] = true;
        _predecessorSizes[log] = predecessorSize;
        emit LogOpened(log, origin, predecessorSize, predecessorRoot);
        _record(log, 0, RFC6962.EMPTY_ROOT);
    }

    function _record(uint32 log, uint64 size, bytes32 root) private {
        _head = Head(log, size, uint64(block.timestamp), uint64(block.number));
        _roots[log][size] = root;
        emit CheckpointAccepted(log, size, root);
    }

    function _checkLatest(uint32 log, uint64 size) private view {
        Head memory head = _head;
        if (log != head.log || size != head.size) revert NotLatest(log, size, head.log, head.size);
    }

    function _checkOrigin(string memory origin) private view {
        if (bytes(origin).length == 0) revert EmptyOrigin();
        if (_originUsed[keccak256(bytes(origin))]) revert OriginInUse(origin);
    }
}
