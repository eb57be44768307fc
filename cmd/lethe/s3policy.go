package main

import (
	"encoding/json"
	"fmt"

	"lethe/keys/transit"
)

// What each process does with the buckets, as identity policies: whoever serves deletes nothing, and nobody deletes what the ledger's
// copy has.

type s3Policy struct {
	Version   string        `json:"Version"`
	Statement []s3Statement `json:"Statement"`
}

type s3Statement struct {
	Sid      string   `json:"Sid"`
	Effect   string   `json:"Effect"`
	Action   []string `json:"Action"`
	Resource []string `json:"Resource"`
}

var (
	// see is what every process asks of a bucket at its start and later.
	see = []string{"s3:ListBucket", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration"}
	get = []string{"s3:GetObject"}
	// put is writing in one or in several parts.
	put = []string{"s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}
	// remove is deleting every version, and finding what keeps one.
	remove = []string{
		"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObjectRetention", "s3:GetObjectLegalHold", "s3:AbortMultipartUpload",
		"s3:ListMultipartUploadParts",
	}
	listVersions = []string{"s3:ListBucketVersions", "s3:ListBucketMultipartUploads"}
)

// bucketOf is a configured bucket as policies name it.
type bucketOf struct{ s3Config }

func (b bucketOf) itself() string { return "arn:aws:s3:::" + b.Bucket }

func (b bucketOf) below(prefix string) string {
	if b.Prefix != "" {
		prefix = b.Prefix + "/" + prefix
	}
	return b.itself() + "/" + prefix + "*"
}

func allow(sid string, actions []string, resources ...string) s3Statement {
	return s3Statement{Sid: sid, Effect: "Allow", Action: actions, Resource: resources}
}

// bucketPolicies are those of a role, for the bucket of records and for that of the ledger's copy; none for one that is a folder.
func (p *program) bucketPolicies(role transit.Role) map[string]s3Policy {
	all := map[string]s3Policy{}
	if r := (bucketOf{p.config.Objects.S3}); r.URL != "" {
		all["objects.s3"] = s3Policy{"2012-10-17", recordsOf(role, r, p.config.Tenant)}
	}
	if l := (bucketOf{p.config.Ledger.S3}); l.URL != "" {
		all["ledger.s3"] = s3Policy{"2012-10-17", ledgerOf(role, l)}
	}
	return all
}

func recordsOf(role transit.Role, b bucketOf, tenant string) []s3Statement {
	records, log := b.below(tenant+"/"), b.below("log/")
	list := []s3Statement{allow("See", see, b.itself()), allow("ReadLog", get, log)}
	switch role {
	case transit.RoleServe:
		list = append(list, allow("ReadRecords", get, records), allow("AddRecords", put, records))
	case transit.RoleWork: // partial tiles are replaced by full ones
		list = append(list, allow("WriteLog", put, log), allow("ListVersions", listVersions, b.itself()), allow("ReplaceTiles", remove, log))
	case transit.RoleErase:
		list = append(list, allow("ReadManifests", get, records), allow("ListVersions", listVersions, b.itself()), allow("DeleteRecords", remove, records))
	case transit.RoleWitness:
		list = append(list, allow("ReadRecords", get, records))
	}
	return list
}

func ledgerOf(role transit.Role, b bucketOf) []s3Statement {
	list := []s3Statement{allow("See", see, b.itself()), allow("Read", get, b.below(""))}
	if role == transit.RoleErase {
		list = append(list, allow("Enter", put, b.below("")))
	}
	return list
}

// printBucketPolicies prints them all; a server takes them as policies of four users.
func (p *program) printBucketPolicies() error {
	all := map[transit.Role]map[string]s3Policy{}
	for _, role := range transit.Roles() {
		all[role] = p.bucketPolicies(role)
	}
	if p.json {
		return p.print(all)
	}
	for _, role := range transit.Roles() {
		for _, bucket := range []string{"objects.s3", "ledger.s3"} {
			policy, ok := all[role][bucket]
			if !ok {
				continue
			}
			text, err := json.MarshalIndent(policy, "", "  ")
			if err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "# %s, on %s\n%s\n\n", role, bucket, text)
		}
	}
	return nil
}
