package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Role is what a known caller is to the service. Which operations a role may call stands in openapi.yaml, as x-roles.
type Role string

// Roles.
const (
	RolePatient  Role = "patient"  // of one patient: what concerns them
	RoleProvider Role = "provider" // reads records for care
	RoleRecords  Role = "records"  // the records officer: takes records in, finds and reads them
	RoleOfficer  Role = "officer"  // the compliance officer: has patients erased, accounts for disclosures
	RoleAuditor  Role = "auditor"  // reads what accounts for the service
	// In trials:
	RoleSite      Role = "site"      // hands in events that it has signed
	RoleSponsor   Role = "sponsor"   // registers, amends, closes and publishes
	RoleBoard     Role = "board"     // the safety board: consents to amendments, lifts flags
	RoleRegulator Role = "regulator" // sees counters and results

	RoleOperator Role = "operator" // runs the service; with a token it sees how far erasures and trials are
)

// Roles lists them.
func Roles() []Role {
	return []Role{RolePatient, RoleProvider, RoleRecords, RoleOfficer, RoleAuditor, RoleSite, RoleSponsor, RoleBoard, RoleRegulator, RoleOperator}
}

// Caller is somebody who is known.
type Caller struct {
	Role    Role
	Subject string // who, at the issuer: printable, at most 200 bytes; it stands in access logs and certificates
	Patient string // the id of whom a caller in the role patient is; none for other roles

	local bool // the operator at the machine, who holds all roles
}

const maxSubject = 200

// Check says what is wrong with a caller, naming the field.
func (c Caller) Check() error {
	switch {
	case !slices.Contains(Roles(), c.Role):
		return fmt.Errorf("caller: there is no role %.40q", string(c.Role))
	case c.Subject == "" || len(c.Subject) > maxSubject || !plain(c.Subject):
		return errors.New("caller: subject: not printable text of 1 to 200 bytes")
	case (c.Role == RolePatient) != (c.Patient != ""):
		return errors.New("caller: patient: it belongs to the role patient, and to no other")
	case c.Patient != "" && !patientID.MatchString(c.Patient):
		return errors.New("caller: patient: not a patient's id")
	}
	return nil
}

// String is how access logs name the caller.
func (c Caller) String() string {
	if c.local {
		return c.Subject
	}
	return string(c.Role) + ": " + c.Subject
}

// may says whether a caller holds one of these roles.
func (c Caller) may(roles []Role) bool { return c.local || slices.Contains(roles, c.Role) }

// sees says whether what concerns a patient is there for this caller.
func (c Caller) sees(patient string) bool { return c.Role != RolePatient || c.Patient == patient }

// ErrCredentials is a [Verifier]'s answer to what is not a token of its issuer, or no longer.
var ErrCredentials = errors.New("not a valid token of the issuer")

// Verifier says who a bearer token is of. It answers ErrCredentials to what is no token of its issuer for this service, or has
// ended; any other error says that it cannot tell. It is safe for concurrent use.
type Verifier interface {
	Verify(ctx context.Context, token string) (Caller, error)
}
