// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Clinical trials as validity rollups
/// @notice Keeps the state of each trial, which moves only by a proof, from its creation to the publication of its
/// results. What a state says of participants is known to those who run the trial; here stand its roots.
///
/// A trial is created with the rules that it keeps to: kinds of roots, ages, thresholds, prices, the statements'
/// versions and the hashes of their keys. Nobody can change these. What changes is the protocol, by the sponsor with
/// the board's consent, and the sequencer, by the sponsor after a delay that everybody can watch.
///
/// The sequencer submits batches of enrolments and visits, each proven against the state it follows, against fresh roots
/// of grants and issuers, and against a time that is neither before the last batch nor too long ago. A batch of visits
/// may say that the protocol's safety threshold is crossed: that raises a flag, and nobody is enrolled until the board
/// lifts it. The sponsor or the board closes the trial; no batch follows. Then anybody may have it verified that the
/// last state holds exactly its participants, deviations and results. Only after that, with every kind of deviation
/// within its threshold and no flag open, does the sponsor publish.
///
/// Participants are paid for visits out of what the trial holds: enrolment reserves the prices of all visits for every
/// place of a batch, and is refused where funds are missing. A claim shows, of any state of the trial, that one
/// participant of it made that visit and has not been paid, and neither who nor which. Whoever sends it can be another
/// than the recipient and gets the fee that the proof names; another sender with the same claim gets it as well.
///
/// What a proof cannot show here: that the first state is the empty one, that a protocol's hash is that of the protocol,
/// that a key's hash is that of the statement. Whoever relies on a trial computes them again.
///
/// An OpenZeppelin AccessManager decides who creates trials, and nothing else. Values that are public inputs of
/// proofs are below the order of the scalar field of BN254. Amounts are in wei, times in seconds since 1970.
interface ITrialRegistry {
    /// @notice A version of a statement that a trial accepts.
    /// @param statement Name of the statement: "enrolment", "visits", "compliance" or "compensation".
    /// @param version Its version.
    /// @param size Number of places in one proof: of a batch, or of a chunk of participants.
    /// @param keyHash Hash of the verifying key, which must be the one that the StatementVerifier has.
    struct Pin {
        bytes32 statement;
        uint32 version;
        uint32 size;
        bytes32 keyHash;
    }

    /// @notice What a trial is created with.
    /// @param firstState State without participants; its number is 0.
    /// @param protocol Hash of the protocol.
    /// @param sequencer Who submits batches.
    /// @param board The safety board: consents to amendments, lifts flags, may close the trial.
    /// @param grantsKind Kind of the roots of grants in the RootRegistry.
    /// @param issuersKind Kind of the roots of issuers there.
    /// @param maxBatchAge Seconds that a batch may be old when it is submitted.
    /// @param maxRootAge Seconds after which a root is stale unless its publisher stood by it again.
    /// @param claimPeriod Seconds after closing in which visits are still paid.
    /// @param thresholds The most deviations of each kind with which results are published; 0 for critical kinds.
    /// @param prices What is paid for visits 1, 2, and so on; 0 where nothing is.
    /// @param pins Versions of the statements, one at least of each; "compensation" only where there are prices.
    struct Terms {
        uint256 firstState;
        uint256 protocol;
        address sequencer;
        address board;
        bytes32 grantsKind;
        bytes32 issuersKind;
        uint32 maxBatchAge;
        uint32 maxRootAge;
        uint32 claimPeriod;
        uint32[7] thresholds;
        uint96[] prices;
        Pin[] pins;
    }

    /// @notice A trial as it stands.
    /// @param sponsor Who created it.
    /// @param board See Terms.
    /// @param sequencer Who submits batches now.
    /// @param nextSequencer Who will, from `nextSequencerAt` on; 0 when no change is announced.
    /// @param nextSequencerAt When the announced change takes effect.
    /// @param protocol Hash of the protocol in force.
    /// @param consented Hash of the protocol to which the board has consented; 0 when none waits for the sponsor.
    /// @param state The last state.
    /// @param batches Number of batches accepted, and of the last state.
    /// @param lastTime Time of the last batch, by the batch; 0 before the first.
    /// @param flag 1 + the number of the batch that raised the open flag last; 0 when no flag is open.
    /// @param closedAt When it was closed; 0 when it is open.
    /// @param grantsKind See Terms.
    /// @param issuersKind See Terms.
    /// @param maxBatchAge See Terms.
    /// @param maxRootAge See Terms.
    /// @param claimPeriod See Terms.
    /// @param thresholds See Terms.
    /// @param prices See Terms.
    struct Trial {
        address sponsor;
        address board;
        address sequencer;
        address nextSequencer;
        uint40 nextSequencerAt;
        uint256 protocol;
        uint256 consented;
        uint256 state;
        uint32 batches;
        uint40 lastTime;
        uint32 flag;
        uint40 closedAt;
        bytes32 grantsKind;
        bytes32 issuersKind;
        uint32 maxBatchAge;
        uint32 maxRootAge;
        uint32 claimPeriod;
        uint32[7] thresholds;
        uint96[] prices;
    }

    /// @notice The entry of a trial in the register of results: what was proven of its last state, and what was
    /// published of it.
    /// @param verifiedAt When the last chunk was verified; 0 before, with all that follows.
    /// @param publishedAt When results were published; 0 before.
    /// @param counters Participants, and what happened to them, in lanes of 22 bits: participants first, then custodial,
    /// reconsents, visits, seriousEvents, withdrawals, discontinuations, lost, unblindings, corrections, anonymisations.
    /// @param deviations Deviations in lanes of 22 bits: ineligible, deferred, noConsent, superseded, phase,
    /// afterWithdrawal, late. The first three and afterWithdrawal are critical.
    /// @param resultsRoot Hash over the results of all participants.
    /// @param document Hash of the document that was published; 0 before.
    struct Entry {
        uint40 verifiedAt;
        uint40 publishedAt;
        uint256 counters;
        uint256 deviations;
        uint256 resultsRoot;
        bytes32 document;
    }

    /// @notice What a trial holds.
    /// @param balance Amount held for it.
    /// @param reserved The part of it that participants can still claim.
    /// @param places Places of batches, and after verification participants, for which all visits are, or were, reserved.
    struct Funds {
        uint112 balance;
        uint112 reserved;
        uint32 places;
    }

    /// @notice A batch of enrolments or of visits.
    /// @param statement "enrolment" or "visits".
    /// @param version Version of the statement.
    /// @param oldState The last state.
    /// @param newState The state after it.
    /// @param grantsRoot Root of grants that it was proven with.
    /// @param issuersRoot Root of issuers that it was proven with.
    /// @param time Its time.
    /// @param safety Whether serious events have reached the protocol's threshold. Never in a batch of enrolments.
    struct Batch {
        bytes32 statement;
        uint32 version;
        uint256 oldState;
        uint256 newState;
        uint256 grantsRoot;
        uint256 issuersRoot;
        uint40 time;
        bool safety;
    }

    /// @notice A part of the participants of a state, in the order of their places.
    /// @param version Version of the statement "compliance".
    /// @param number Number of the state.
    /// @param counters See Entry.
    /// @param deviations See Entry.
    /// @param resultsRoot See Entry; 0 in all chunks but the last.
    /// @param accIn What the chunk before gave; 0 for the first.
    /// @param accOut What the next chunk takes; 0 for the last.
    struct Chunk {
        uint32 version;
        uint32 number;
        uint256 counters;
        uint256 deviations;
        uint256 resultsRoot;
        uint256 accIn;
        uint256 accOut;
    }

    /// @notice A claim for a visit.
    /// @param version Version of the statement "compensation".
    /// @param number Number of the state that it was proven with.
    /// @param visit Number of the visit, from 1.
    /// @param nullifier What no other claim for this visit by this participant can differ in.
    /// @param recipient Who gets the price less the fee.
    /// @param fee What the sender of the claim gets.
    struct Claim {
        uint32 version;
        uint32 number;
        uint32 visit;
        uint256 nullifier;
        address payable recipient;
        uint96 fee;
    }

    /// @notice A trial was created; `protocol` and `state` are its first.
    event TrialCreated(
        uint256 indexed trial,
        address indexed sponsor,
        address board,
        address sequencer,
        uint256 protocol,
        uint256 state
    );
    /// @notice A trial accepts a version of a statement.
    event VersionPinned(uint256 indexed trial, bytes32 indexed statement, uint32 version, uint32 size, bytes32 keyHash);
    /// @notice The board consented to a protocol, or with 0 took its consent back.
    event AmendmentConsented(uint256 indexed trial, uint256 protocol);
    /// @notice Another protocol is in force.
    event ProtocolAmended(uint256 indexed trial, uint256 protocol);
    /// @notice Another sequencer will submit batches from `takesOverAt` on.
    event SequencerAnnounced(uint256 indexed trial, address sequencer, uint40 takesOverAt);
    /// @notice A batch was accepted. `number` counts batches from 0: it leads from that state to the next.
    event BatchAccepted(uint256 indexed trial, uint32 indexed number, bytes32 statement, uint256 state);
    /// @notice A batch crossed the safety threshold: nobody is enrolled until the board lifts the flag.
    event FlagRaised(uint256 indexed trial, uint32 indexed number);
    /// @notice The board lifted the flag. `reason` is the hash of its reasons.
    event FlagLifted(uint256 indexed trial, uint32 indexed number, bytes32 reason);
    /// @notice A trial was closed in this state.
    event TrialClosed(uint256 indexed trial, address by, uint256 state);
    /// @notice INTERIM: a chunk of a state of a trial that is still open was verified. It counts for nothing here.
    event InterimVerified(
        uint256 indexed trial,
        uint32 indexed number,
        uint256 counters,
        uint256 deviations,
        uint256 resultsRoot,
        uint256 accIn,
        uint256 accOut
    );
    /// @notice A chunk of the last state, not the last chunk, was verified.
    event ChunkVerified(uint256 indexed trial, uint32 version, uint256 accIn, uint256 accOut);
    /// @notice The last state was verified whole.
    event ComplianceVerified(uint256 indexed trial, uint256 counters, uint256 deviations, uint256 resultsRoot);
    /// @notice Results were published.
    event ResultsPublished(uint256 indexed trial, uint256 resultsRoot, bytes32 document);
    /// @notice A trial was given funds.
    event Funded(uint256 indexed trial, address indexed from, uint256 amount);
    /// @notice The sponsor took funds back.
    event FundsWithdrawn(uint256 indexed trial, address to, uint256 amount);
    /// @notice A visit was paid. To whom is in the transaction, and nothing more is.
    event VisitPaid(uint256 indexed trial, uint32 visit, uint256 amount);

    /// @notice An address that must be somebody's is 0.
    error ZeroAddress();
    /// @notice A delay, an age or a period must not be 0.
    error ZeroPeriod();
    /// @notice No hash is 0.
    error ZeroHash();
    /// @notice A value that is a public input of a proof is 0, or not below the order of the scalar field of BN254.
    error NotInField(uint256 value);
    /// @notice A trial has this number already.
    error TrialInUse(uint256 trial);
    /// @notice No trial has this number.
    error UnknownTrial(uint256 trial);
    /// @notice The board is the sponsor: its consent would mean nothing.
    error BoardIsSponsor();
    /// @notice The AccessManager was to be the sponsor, through its `execute`: its administrator would stand in for it.
    error SponsorIsManager();
    /// @notice The RootRegistry has no such kind, or its roots are not elements of the field.
    error UnfitKind(bytes32 kind);
    /// @notice Critical deviations of this lane must have a threshold of 0.
    error CriticalThreshold(uint256 lane);
    /// @notice More visits have a price than the 32 that can.
    error TooManyPrices(uint256 prices);
    /// @notice A trial has no statement of this name.
    error UnknownStatement(bytes32 statement);
    /// @notice No version of this statement is pinned.
    error StatementMissing(bytes32 statement);
    /// @notice The version is pinned twice, or has no places.
    error UnfitPin(bytes32 statement, uint32 version);
    /// @notice The StatementVerifier has another key for this version, or one with another number of inputs.
    error WrongKey(bytes32 statement, uint32 version, bytes32 keyHash);
    /// @notice The key of this version is not usable yet, or retired.
    error KeyNotOpen(bytes32 statement, uint32 version);
    /// @notice The caller is not the sponsor.
    error NotSponsor(address caller);
    /// @notice The caller is not the board.
    error NotBoard(address caller);
    /// @notice The caller is neither the sponsor nor the board.
    error NotSponsorNorBoard(address caller);
    /// @notice The caller is not the sequencer.
    error NotSequencer(address caller);
    /// @notice The board has not consented to this protocol.
    error NotConsented(uint256 protocol);
    /// @notice The trial is closed.
    error Closed(uint40 closedAt);
    /// @notice The trial is not closed.
    error NotClosed();
    /// @notice The batch follows another state than the last.
    error NotLastState(uint256 oldState, uint256 lastState);
    /// @notice The batch changes nothing.
    error StateUnchanged(uint256 state);
    /// @notice The batch is from before the last one.
    error BackDated(uint40 time, uint40 lastTime);
    /// @notice The batch is from after this block.
    error FromFuture(uint40 time);
    /// @notice The batch is older than the trial allows.
    error TooOld(uint40 time);
    /// @notice The root is not one that its publisher stood by lately.
    error StaleRoot(bytes32 kind, uint256 root);
    /// @notice A flag is open: nobody is enrolled, and nothing published.
    error FlagOpen(uint32 flag);
    /// @notice A batch of enrolments crosses no safety threshold.
    error SafetyOfEnrolment();
    /// @notice The trial does not hold what the batch's places may claim.
    error Unfunded(uint256 needed, uint256 available);
    /// @notice The trial does not accept this version.
    error NotPinned(bytes32 statement, uint32 version);
    /// @notice The proof does not hold for what was submitted with it.
    error ProofRefused(bytes32 statement, uint32 version);
    /// @notice The flag that is open was raised by another batch, or none is.
    error NotLastFlag(uint32 number);
    /// @notice The trial has no state of this number.
    error UnknownState(uint32 number);
    /// @notice The trial is closed, and this is not its last state.
    error NotFinalState(uint32 number);
    /// @notice Only the last chunk has a root of results.
    error ResultsBeforeLast(uint256 resultsRoot);
    /// @notice No chunk of this version gave this.
    error UnknownChunk(uint256 accIn);
    /// @notice The chunk was verified before, or all are.
    error ChunkKnown(uint256 accOut);
    /// @notice The last state was not verified whole.
    error NotVerified();
    /// @notice The results to be published are not those that were verified.
    error WrongResults(uint256 resultsRoot, uint256 verified);
    /// @notice A kind of deviation happened more often than its threshold allows.
    error ThresholdExceeded(uint256 lane, uint256 count, uint256 threshold);
    /// @notice Results were published before.
    error AlreadyPublished();
    /// @notice Nothing is paid for this visit.
    error NotPriced(uint32 visit);
    /// @notice The time for claims is over.
    error ClaimsOver(uint256 until);
    /// @notice The claim was paid before.
    error NullifierUsed(uint256 nullifier);
    /// @notice The fee is more than the price.
    error FeeTooHigh(uint256 fee, uint256 price);
    /// @notice What is reserved does not cover the price.
    error ReservationSpent(uint256 price, uint256 reserved);
    /// @notice More is asked for than the trial can give back.
    error NotAvailable(uint256 amount, uint256 available);

    /// @notice Creates a trial, with the caller as its sponsor. Restricted to the sponsor role.
    /// @param trial Its number, a digest of its name; never used here before.
    /// @param terms What it keeps to.
    function create(uint256 trial, Terms calldata terms) external;

    /// @notice Consents to a protocol, or with 0 takes consent back. For the board of an open trial.
    /// @dev Consent is used up by the amendment; it does not come back with an older protocol.
    function consent(uint256 trial, uint256 protocol) external;

    /// @notice Puts a protocol into force to which the board has consented. For the sponsor of an open trial.
    function amend(uint256 trial, uint256 protocol) external;

    /// @notice Announces who will submit batches after `sequencerDelay()`, in the place of any announced and not yet in
    /// effect. For the sponsor of an open trial.
    function announceSequencer(uint256 trial, address sequencer) external;

    /// @notice Moves the state of an open trial. For its sequencer.
    /// @param trial The trial.
    /// @param batch What is proven, besides what the trial knows itself.
    /// @param proof The proof; its public inputs are trial, oldState, newState, protocol, grantsRoot, issuersRoot, time,
    /// safety, `batchContext`.
    function submit(uint256 trial, Batch calldata batch, bytes calldata proof) external;

    /// @notice Lifts the flag. For the board.
    /// @param trial The trial.
    /// @param number Number of the batch that raised it last: one that came meanwhile is not lifted unseen.
    /// @param reason Hash of the reasons.
    function liftFlag(uint256 trial, uint32 number, bytes32 reason) external;

    /// @notice Closes a trial for good. For its sponsor or its board.
    function close(uint256 trial) external;

    /// @notice Has a chunk of participants verified. For anybody.
    /// @dev Of a closed trial, chunks of its last state, each after the one it follows and all of one version; they may
    /// be begun again by another version. The last one makes the entry, and ends the reservation for places that nobody
    /// took. Of an open trial, chunks of any state: labelled interim, and kept nowhere.
    /// @param trial The trial.
    /// @param chunk What is proven.
    /// @param proof The proof; its public inputs are trial, state, counters, deviations, resultsRoot, accIn, accOut,
    /// `complianceContext`.
    function verifyCompliance(uint256 trial, Chunk calldata chunk, bytes calldata proof) external;

    /// @notice Publishes the results of a closed trial. For its sponsor.
    /// @param trial The trial.
    /// @param resultsRoot The root that was verified.
    /// @param document Hash of the document that presents them.
    function publish(uint256 trial, uint256 resultsRoot, bytes32 document) external;

    /// @notice Adds what is sent to the funds of a trial. For anybody.
    function fund(uint256 trial) external payable;

    /// @notice Pays a visit. For anybody who has the claim.
    /// @param trial The trial.
    /// @param claim_ What is proven.
    /// @param proof The proof; its public inputs are trial, state, visit, nullifier, `compensationContext`.
    function claim(uint256 trial, Claim calldata claim_, bytes calldata proof) external;

    /// @notice Takes back what is not reserved, and all once the time for claims is over. For the sponsor.
    function withdraw(uint256 trial, address payable to, uint256 amount) external;

    /// @notice A trial as it stands.
    function trialOf(uint256 trial) external view returns (Trial memory);

    /// @notice The entry of a trial in the register of results.
    function entryOf(uint256 trial) external view returns (Entry memory);

    /// @notice What a trial holds.
    function fundsOf(uint256 trial) external view returns (Funds memory);

    /// @notice A state of a trial, by the number of batches before it.
    function stateOf(uint256 trial, uint32 number) external view returns (uint256);

    /// @notice Number of places in one proof of a version that a trial accepts; 0 for one that it does not.
    function sizeOf(uint256 trial, bytes32 statement, uint32 version) external view returns (uint32);

    /// @notice Whether a claim was paid.
    function isPaid(uint256 trial, uint256 nullifier) external view returns (bool);

    /// @notice What binds the proof of batch `number`, counted from 0, to this chain, contract and trial.
    function batchContext(uint256 trial, uint32 number) external view returns (uint256);

    /// @notice What binds the proof of a chunk to this chain, contract and trial.
    function complianceContext(uint256 trial) external view returns (uint256);

    /// @notice What binds the proof of a claim to this chain, contract and trial, to the recipient and to the fee.
    function compensationContext(uint256 trial, address recipient, uint96 fee) external view returns (uint256);

    /// @notice Seconds between the announcement of a sequencer and its first batch. Never changes.
    function sequencerDelay() external view returns (uint32);

    /// @notice The registry that says how fresh roots are. Never changes.
    function roots() external view returns (address);

    /// @notice The contract that verifies proofs. Never changes.
    function verifier() external view returns (address);
}
