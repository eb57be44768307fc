package field

// The domain tags of every use of [Hash]. A tag is never given another meaning.
const (
	TagIdentity         Tag = "identity"          // a person's secret
	TagSubject          Tag = "subject"           // a patient's handle
	TagSubjectTag       Tag = "subject-tag"       // a handle, for one challenge
	TagProviderIdentity Tag = "provider-identity" // a provider's secret
	TagProvider         Tag = "provider"          // a leaf of the providers' tree
	TagIssuer           Tag = "issuer"            // a leaf of the issuers' tree
	TagGrant            Tag = "grant"             // what a grant covers
	TagGrantTerms       Tag = "grant-terms"       // a leaf of the grants' tree
	TagView             Tag = "view"              // the secret that patient and grantee share
	TagSignature        Tag = "signature"         // a signature's challenge
	TagPseudonym        Tag = "pseudonym"         // a provider, once in an epoch
	TagEscrow           Tag = "escrow"            // the scalar of an escrow
	TagEscrowPerson     Tag = "escrow-person"     // the mask over the person
	TagMask             Tag = "mask"              // the mask over the organisation
	TagEscrowDigest     Tag = "escrow-digest"     // an escrow as one public input
	TagAuditor          Tag = "auditor"           // an auditor's key as one public input
	TagBinding          Tag = "binding"           // what a registrar signs of a handle
	TagWithdrawal       Tag = "withdrawal"        // what ends a grant
	TagKey              Tag = "key"               // a public key as one element
	TagAttestation      Tag = "attestation"       // what an attester signs of a person
	TagPolicy           Tag = "policy"            // what an attestation has to satisfy
	TagPolicyMore       Tag = "policy-more"       // more of its literals
	TagPersonTag        Tag = "tag"               // a person's identity, for one scope
	TagOpening          Tag = "opening"           // what an opened escrow is proven about
	TagOpeningContext   Tag = "opening-context"   // which escrow that is
	TagOpeningChallenge Tag = "opening-challenge" // the challenge of that proof
	TagTrialVersion     Tag = "trial-version"     // one of a trial's protocol's versions
	TagTrialProtocol    Tag = "trial-protocol"    // what a trial's batches are proven against
	TagSite             Tag = "site"              // a leaf of a trial's tree of sites
	TagParticipant      Tag = "participant"       // a leaf of a trial's tree of participants
	TagTrialEvent       Tag = "trial-event"       // a participant's history, one event longer
	TagTrialBatch       Tag = "trial-batch"       // a batch's digest, one event longer
	TagTrialBatchSigned Tag = "trial-signed"      // what a site signs of a batch
	TagTrialHistories   Tag = "trial-histories"   // what a site asks to be told of its participants
	TagTrialState       Tag = "trial-state"       // what a trial has come to
	TagResults          Tag = "results"           // all histories of a trial
	TagCompliance       Tag = "compliance"        // where a chunk of a trial's participants ends
	TagCompensation     Tag = "compensation"      // a participant's claim for a visit
)
