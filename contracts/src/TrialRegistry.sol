// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IRootRegistry} from "./interfaces/IRootRegistry.sol";
import {IStatementVerifier} from "./interfaces/IStatementVerifier.sol";
import {ITrialRegistry} from "./interfaces/ITrialRegistry.sol";
import {TrialFunds} from "./TrialFunds.sol";
import {TrialInputs} from "./TrialInputs.sol";
import {TrialLanes} from "./TrialLanes.sol";

/// @title Clinical trials as validity rollups
contract TrialRegistry is ITrialRegistry, AccessManaged {
    using TrialFunds for Funds;

    /// @dev What every batch reads, in one slot.
    struct Head {
        uint32 batches;
        uint40 lastTime;
        uint32 flag;
        uint40 closedAt;
        uint40 nextSequencerAt;
        uint32 maxBatchAge;
        uint32 maxRootAge;
    }

    /// @dev A trial as it is kept. What every batch reads stands first.
    struct Record {
        Head head;
        address sequencer;
        uint96 priceSum;
        uint256 protocol;
        bytes32 grantsKind;
        bytes32 issuersKind;
        address sponsor;
        uint32 claimPeriod;
        address board;
        address nextSequencer;
        uint256 consented;
        uint32[7] thresholds;
        uint96[] prices;
        Funds funds;
        Entry entry;
        mapping(uint32 number => uint256) states;
        mapping(bytes32 statement => mapping(uint32 version => uint32)) sizes;
        mapping(uint32 version => mapping(uint256 accumulator => bool)) chunks;
        mapping(uint256 nullifier => bool) paid;
    }

    /// @dev Order of the scalar field of BN254 (EIP-196), in which Groth16 public inputs live.
    uint256 private constant SCALAR_FIELD_ORDER =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    bytes32 private constant ENROLMENT = "enrolment";
    bytes32 private constant VISITS = "visits";
    bytes32 private constant COMPLIANCE = "compliance";
    bytes32 private constant COMPENSATION = "compensation";

    uint256 private constant MAX_PRICES = 32;

    IRootRegistry private immutable _roots;
    IStatementVerifier private immutable _verifier;
    uint32 private immutable _sequencerDelay;

    mapping(uint256 trial => Record) private _trials;

    /// @param manager The AccessManager that decides who creates trials.
    /// @param roots_ See `roots()`.
    /// @param verifier_ See `verifier()`.
    /// @param sequencerDelay_ See `sequencerDelay()`.
    constructor(address manager, address roots_, address verifier_, uint32 sequencerDelay_) AccessManaged(manager) {
        if (roots_ == address(0) || verifier_ == address(0)) revert ZeroAddress();
        if (sequencerDelay_ == 0) revert ZeroPeriod();
        _roots = IRootRegistry(roots_);
        _verifier = IStatementVerifier(verifier_);
        _sequencerDelay = sequencerDelay_;
    }

    /// @inheritdoc ITrialRegistry
    function create(uint256 trial, Terms calldata terms) external restricted {
        _checkField(trial);
        if (msg.sender == authority()) revert SponsorIsManager();
        Record storage t = _trials[trial];
        if (t.sponsor != address(0)) revert TrialInUse(trial);
        _checkTerms(terms);
        t.sponsor = msg.sender;
        t.board = terms.board;
        t.sequencer = terms.sequencer;
        t.protocol = terms.protocol;
        t.states[0] = terms.firstState;
        t.grantsKind = terms.grantsKind;
        t.issuersKind = terms.issuersKind;
        t.head.maxBatchAge = terms.maxBatchAge;
        t.head.maxRootAge = terms.maxRootAge;
        t.claimPeriod = terms.claimPeriod;
        t.thresholds = terms.thresholds;
        t.prices = terms.prices;
        t.priceSum = _sum(terms.prices);
        emit TrialCreated(trial, msg.sender, terms.board, terms.sequencer, terms.protocol, terms.firstState);
        _pin(trial, terms.pins, terms.prices.length != 0);
    }

    /// @inheritdoc ITrialRegistry
    function consent(uint256 trial, uint256 protocol) external {
        Record storage t = _trials[trial];
        if (msg.sender != t.board) revert NotBoard(msg.sender);
        _checkOpen(t);
        if (protocol != 0) _checkField(protocol);
        t.consented = protocol;
        emit AmendmentConsented(trial, protocol);
    }

    /// @inheritdoc ITrialRegistry
    function amend(uint256 trial, uint256 protocol) external {
        Record storage t = _trials[trial];
        _checkSponsor(t);
        _checkOpen(t);
        if (protocol == 0 || protocol != t.consented) revert NotConsented(protocol);
        t.protocol = protocol;
        t.consented = 0;
        emit ProtocolAmended(trial, protocol);
    }

    /// @inheritdoc ITrialRegistry
    function announceSequencer(uint256 trial, address next) external {
        Record storage t = _trials[trial];
        _checkSponsor(t);
        _checkOpen(t);
        if (next == address(0)) revert ZeroAddress();
        t.sequencer = _sequencer(t, t.head.nextSequencerAt);
        uint40 takesOverAt = uint40(block.timestamp) + _sequencerDelay;
        t.nextSequencer = next;
        t.head.nextSequencerAt = takesOverAt;
        emit SequencerAnnounced(trial, next, takesOverAt);
    }

    /// @inheritdoc ITrialRegistry
    function submit(uint256 trial, Batch calldata batch, bytes calldata proof) external {
        Record storage t = _trials[trial];
        Head memory head = t.head;
        if (msg.sender != _sequencer(t, head.nextSequencerAt)) revert NotSequencer(msg.sender);
        if (head.closedAt != 0) revert Closed(head.closedAt);
        _checkMove(batch, t.states[head.batches]);
        _checkTime(batch.time, head);
        _checkRoot(t.grantsKind, batch.grantsRoot, head.maxRootAge);
        _checkRoot(t.issuersKind, batch.issuersRoot, head.maxRootAge);
        uint32 size = _size(t, batch.statement, batch.version);
        if (batch.statement == ENROLMENT) {
            if (head.flag != 0) revert FlagOpen(head.flag);
            if (batch.safety) revert SafetyOfEnrolment();
            t.funds = t.funds.reserve(size, t.priceSum);
        } else if (batch.statement != VISITS) {
            revert UnknownStatement(batch.statement);
        }
        uint256[] memory inputs = TrialInputs.ofBatch(trial, batch, t.protocol, head.batches);
        _verify(batch.statement, batch.version, proof, inputs);
        _record(trial, t, batch, head);
    }

    /// @inheritdoc ITrialRegistry
    function liftFlag(uint256 trial, uint32 number, bytes32 reason) external {
        Record storage t = _trials[trial];
        if (msg.sender != t.board) revert NotBoard(msg.sender);
        if (t.head.flag != uint256(number) + 1) revert NotLastFlag(number);
        if (reason == 0) revert ZeroHash();
        t.head.flag = 0;
        emit FlagLifted(trial, number, reason);
    }

    /// @inheritdoc ITrialRegistry
    function close(uint256 trial) external {
        Record storage t = _trials[trial];
        if (msg.sender != t.sponsor && msg.sender != t.board) revert NotSponsorNorBoard(msg.sender);
        _checkOpen(t);
        t.head.closedAt = uint40(block.timestamp);
        emit TrialClosed(trial, msg.sender, t.states[t.head.batches]);
    }

    /// @inheritdoc ITrialRegistry
    function verifyCompliance(uint256 trial, Chunk calldata chunk, bytes calldata proof) external {
        Record storage t = _trials[trial];
        bool closed = t.head.closedAt != 0;
        if (chunk.accOut != 0 && chunk.resultsRoot != 0) revert ResultsBeforeLast(chunk.resultsRoot);
        if (closed) _checkChunk(t, chunk);
        _size(t, COMPLIANCE, chunk.version);
        uint256[] memory inputs = TrialInputs.ofChunk(trial, chunk, _state(t, chunk.number));
        _verify(COMPLIANCE, chunk.version, proof, inputs);
        if (closed) {
            _recordChunk(trial, t, chunk);
        } else {
            emit InterimVerified(
                trial, chunk.number, chunk.counters, chunk.deviations, chunk.resultsRoot, chunk.accIn, chunk.accOut
            );
        }
    }

    /// @inheritdoc ITrialRegistry
    function publish(uint256 trial, uint256 resultsRoot, bytes32 document) external {
        Record storage t = _trials[trial];
        _checkSponsor(t);
        if (t.head.closedAt == 0) revert NotClosed();
        Entry memory entry = t.entry;
        if (entry.verifiedAt == 0) revert NotVerified();
        if (entry.publishedAt != 0) revert AlreadyPublished();
        if (resultsRoot != entry.resultsRoot) revert WrongResults(resultsRoot, entry.resultsRoot);
        if (t.head.flag != 0) revert FlagOpen(t.head.flag);
        TrialLanes.checkDeviations(entry.deviations, t.thresholds);
        if (document == 0) revert ZeroHash();
        t.entry.publishedAt = uint40(block.timestamp);
        t.entry.document = document;
        emit ResultsPublished(trial, resultsRoot, document);
    }

    /// @inheritdoc ITrialRegistry
    function fund(uint256 trial) external payable {
        Record storage t = _trials[trial];
        if (t.sponsor == address(0)) revert UnknownTrial(trial);
        t.funds = t.funds.add(msg.value);
        emit Funded(trial, msg.sender, msg.value);
    }

    /// @inheritdoc ITrialRegistry
    function claim(uint256 trial, Claim calldata c, bytes calldata proof) external {
        Record storage t = _trials[trial];
        uint96 price = _checkClaim(t, c);
        _size(t, COMPENSATION, c.version);
        uint256[] memory inputs = TrialInputs.ofClaim(trial, c, _state(t, c.number));
        _verify(COMPENSATION, c.version, proof, inputs);
        t.paid[c.nullifier] = true;
        t.funds = t.funds.pay(price);
        emit VisitPaid(trial, c.visit, price);
        if (c.fee < price) Address.sendValue(c.recipient, price - c.fee);
        if (c.fee != 0) Address.sendValue(payable(msg.sender), c.fee);
    }

    /// @inheritdoc ITrialRegistry
    function withdraw(uint256 trial, address payable to, uint256 amount) external {
        Record storage t = _trials[trial];
        _checkSponsor(t);
        if (to == address(0)) revert ZeroAddress();
        t.funds = t.funds.take(amount, block.timestamp > _claimsUntil(t));
        emit FundsWithdrawn(trial, to, amount);
        Address.sendValue(to, amount);
    }

    /// @inheritdoc ITrialRegistry
    function trialOf(uint256 trial) external view returns (Trial memory) {
        Record storage t = _trials[trial];
        Head memory head = t.head;
        bool waits = block.timestamp < head.nextSequencerAt;
        return Trial({
            sponsor: t.sponsor,
            board: t.board,
            sequencer: _sequencer(t, head.nextSequencerAt),
            nextSequencer: waits ? t.nextSequencer : address(0),
            nextSequencerAt: waits ? head.nextSequencerAt : 0,
            protocol: t.protocol,
            consented: t.consented,
            state: t.states[head.batches],
            batches: head.batches,
            lastTime: head.lastTime,
            flag: head.flag,
            closedAt: head.closedAt,
            grantsKind: t.grantsKind,
            issuersKind: t.issuersKind,
            maxBatchAge: head.maxBatchAge,
            maxRootAge: head.maxRootAge,
            claimPeriod: t.claimPeriod,
            thresholds: t.thresholds,
            prices: t.prices
        });
    }

    /// @inheritdoc ITrialRegistry
    function entryOf(uint256 trial) external view returns (Entry memory) {
        return _trials[trial].entry;
    }

    /// @inheritdoc ITrialRegistry
    function fundsOf(uint256 trial) external view returns (Funds memory) {
        return _trials[trial].funds;
    }

    /// @inheritdoc ITrialRegistry
    function stateOf(uint256 trial, uint32 number) external view returns (uint256) {
        return _state(_trials[trial], number);
    }

    /// @inheritdoc ITrialRegistry
    function sizeOf(uint256 trial, bytes32 statement, uint32 version) external view returns (uint32) {
        return _trials[trial].sizes[statement][version];
    }

    /// @inheritdoc ITrialRegistry
    function isPaid(uint256 trial, uint256 nullifier) external view returns (bool) {
        return _trials[trial].paid[nullifier];
    }

    /// @inheritdoc ITrialRegistry
    function sequencerDelay() external view returns (uint32) {
        return _sequencerDelay;
    }

    /// @inheritdoc ITrialRegistry
    function roots() external view returns (address) {
        return address(_roots);
    }

    /// @inheritdoc ITrialRegistry
    function verifier() external view returns (address) {
        return address(_verifier);
    }

    /// @inheritdoc ITrialRegistry
    function batchContext(uint256 trial, uint32 number) external view returns (uint256) {
        return TrialInputs.batchContext(trial, number);
    }

    /// @inheritdoc ITrialRegistry
    function complianceContext(uint256 trial) external view returns (uint256) {
        return TrialInputs.complianceContext(trial);
    }

    /// @inheritdoc ITrialRegistry
    function compensationContext(uint256 trial, address recipient, uint96 fee) external view returns (uint256) {
        return TrialInputs.compensationContext(trial, recipient, fee);
    }

    function _pin(uint256 trial, Pin[] calldata pins, bool pays) private {
        Record storage t = _trials[trial];
        uint256 found;
        for (uint256 i = 0; i < pins.length; ++i) {
            Pin calldata pin = pins[i];
            (uint256 bit, uint8 inputs) = _shape(pin.statement);
            found |= bit;
            if (pin.size == 0 || t.sizes[pin.statement][pin.version] != 0) revert UnfitPin(pin.statement, pin.version);
            _checkKey(pin, inputs);
            t.sizes[pin.statement][pin.version] = pin.size;
            emit VersionPinned(trial, pin.statement, pin.version, pin.size, pin.keyHash);
        }
        _checkFound(found, ENROLMENT);
        _checkFound(found, VISITS);
        _checkFound(found, COMPLIANCE);
        if (pays) _checkFound(found, COMPENSATION);
    }

    function _record(uint256 trial, Record storage t, Batch calldata batch, Head memory head) private {
        uint32 number = head.batches++;
        head.lastTime = batch.time;
        if (batch.safety) head.flag = head.batches;
        t.head = head;
        t.states[head.batches] = batch.newState;
        emit BatchAccepted(trial, number, batch.statement, batch.newState);
        if (batch.safety) emit FlagRaised(trial, number);
    }

    function _recordChunk(uint256 trial, Record storage t, Chunk calldata chunk) private {
        if (chunk.accOut != 0) {
            t.chunks[chunk.version][chunk.accOut] = true;
            emit ChunkVerified(trial, chunk.version, chunk.accIn, chunk.accOut);
            return;
        }
        t.entry = Entry(uint40(block.timestamp), 0, chunk.counters, chunk.deviations, chunk.resultsRoot, 0);
        t.funds = t.funds.release(TrialLanes.participants(chunk.counters), t.priceSum);
        emit ComplianceVerified(trial, chunk.counters, chunk.deviations, chunk.resultsRoot);
    }

    function _verify(bytes32 statement, uint32 version, bytes calldata proof, uint256[] memory inputs) private view {
        if (!_verifier.verify(statement, version, proof, inputs)) revert ProofRefused(statement, version);
    }

    /// @dev Whoever is announced is the sequencer from then on, without another transaction.
    function _sequencer(Record storage t, uint40 nextSequencerAt) private view returns (address) {
        return nextSequencerAt != 0 && block.timestamp >= nextSequencerAt ? t.nextSequencer : t.sequencer;
    }

    function _state(Record storage t, uint32 number) private view returns (uint256 state) {
        state = t.states[number];
        if (state == 0) revert UnknownState(number);
    }

    function _size(Record storage t, bytes32 statement, uint32 version) private view returns (uint32 size) {
        size = t.sizes[statement][version];
        if (size == 0) revert NotPinned(statement, version);
    }

    /// @dev The last second in which claims are paid.
    function _claimsUntil(Record storage t) private view returns (uint256) {
        uint256 closedAt = t.head.closedAt;
        return closedAt == 0 ? type(uint256).max : closedAt + t.claimPeriod;
    }

    function _checkSponsor(Record storage t) private view {
        if (msg.sender != t.sponsor) revert NotSponsor(msg.sender);
    }

    function _checkOpen(Record storage t) private view {
        if (t.head.closedAt != 0) revert Closed(t.head.closedAt);
    }

    function _checkTerms(Terms calldata terms) private view {
        _checkField(terms.firstState);
        _checkField(terms.protocol);
        if (terms.sequencer == address(0) || terms.board == address(0)) revert ZeroAddress();
        if (terms.board == msg.sender) revert BoardIsSponsor();
        _checkKind(terms.grantsKind);
        _checkKind(terms.issuersKind);
        if (terms.maxBatchAge == 0 || terms.maxRootAge == 0 || terms.claimPeriod == 0) revert ZeroPeriod();
        TrialLanes.checkThresholds(terms.thresholds);
        if (terms.prices.length > MAX_PRICES) revert TooManyPrices(terms.prices.length);
    }

    function _checkKind(bytes32 name) private view {
        IRootRegistry.Kind memory kind = _roots.kindOf(name);
        if (kind.heartbeat == 0 || !kind.inField) revert UnfitKind(name);
    }

    function _checkKey(Pin calldata pin, uint8 inputs) private view {
        IStatementVerifier.Key memory key = _verifier.keyOf(pin.statement, pin.version);
        if (key.keyHash != pin.keyHash || key.inputs != inputs) {
            revert WrongKey(pin.statement, pin.version, key.keyHash);
        }
        if (block.timestamp < key.usableAt || key.retired) revert KeyNotOpen(pin.statement, pin.version);
    }

    function _checkMove(Batch calldata batch, uint256 lastState) private pure {
        if (batch.oldState != lastState) revert NotLastState(batch.oldState, lastState);
        if (batch.newState == lastState) revert StateUnchanged(lastState);
        _checkField(batch.newState);
    }

    function _checkTime(uint40 time, Head memory head) private view {
        if (time < head.lastTime) revert BackDated(time, head.lastTime);
        if (time > block.timestamp) revert FromFuture(time);
        if (block.timestamp - time > head.maxBatchAge) revert TooOld(time);
    }

    function _checkRoot(bytes32 kind, uint256 root, uint32 maxAge) private view {
        if (!_roots.isFresh(kind, bytes32(root), maxAge)) revert StaleRoot(kind, root);
    }

    function _checkChunk(Record storage t, Chunk calldata chunk) private view {
        if (chunk.number != t.head.batches) revert NotFinalState(chunk.number);
        mapping(uint256 accumulator => bool) storage known = t.chunks[chunk.version];
        if (t.entry.verifiedAt != 0 || known[chunk.accOut]) revert ChunkKnown(chunk.accOut);
        if (chunk.accIn != 0 && !known[chunk.accIn]) revert UnknownChunk(chunk.accIn);
    }

    function _checkClaim(Record storage t, Claim calldata c) private view returns (uint96 price) {
        if (c.visit != 0 && c.visit <= t.prices.length) price = t.prices[c.visit - 1];
        if (price == 0) revert NotPriced(c.visit);
        uint256 until = _claimsUntil(t);
        if (block.timestamp > until) revert ClaimsOver(until);
        _checkField(c.nullifier);
        if (t.paid[c.nullifier]) revert NullifierUsed(c.nullifier);
        if (c.recipient == address(0)) revert ZeroAddress();
        if (c.fee > price) revert FeeTooHigh(c.fee, price);
    }

    function _checkField(uint256 value) private pure {
        if (value == 0 || value >= SCALAR_FIELD_ORDER) revert NotInField(value);
    }

    function _checkFound(uint256 found, bytes32 statement) private pure {
        (uint256 bit,) = _shape(statement);
        if (found & bit == 0) revert StatementMissing(statement);
    }

    /// @dev A bit for each statement of a trial, and its number of public inputs.
    function _shape(bytes32 statement) private pure returns (uint256 bit, uint8 inputs) {
        if (statement == ENROLMENT) return (1, 9);
        if (statement == VISITS) return (2, 9);
        if (statement == COMPLIANCE) return (4, 8);
        if (statement == COMPENSATION) return (8, 5);
        revert UnknownStatement(statement);
    }

    function _sum(uint96[] calldata prices) private pure returns (uint96 sum) {
        for (uint256 i = 0; i < prices.length; ++i) {
            sum += prices[i];
        }
    }
}
