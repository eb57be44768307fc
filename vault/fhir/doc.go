// Package fhir finds where the resources of an HL7 FHIR R4 JSON document stand, whose they are, and to which
// compartment each belongs. It never re-serialises: the bytes as received are the truth, and the package only
// points into them.
//
// [Scan] reads a document once, as a stream: a single resource, or a Bundle of type transaction or collection
// (https://hl7.org/fhir/R4/bundle.html). JSON is read strictly, after RFC 7493: duplicate member names and invalid
// UTF-8 are refused, because two readers of such a document may see two different things. A document that speaks of
// more than one patient is refused too. [Split] then lays the document out over one stream per compartment;
// [Layout.Copy] fills the streams in a second pass and [Layout.ReaderAt] puts any range of the document together
// again, byte for byte.
//
// By default a resource is filed under "care"; compartments.yaml lists the types that are not.
//
// Cost: a scan runs at some 350 MB/s on one core, SHA-256 included. It holds one JSON token at a time and about 100
// bytes per entry; a hostile document makes that at most about three times [Limits].MaxResource and 300 bytes per
// entry. Resources are not validated against their profiles: only what decides where they are filed is looked at.
package fhir
