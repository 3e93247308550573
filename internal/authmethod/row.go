package authmethod

import (
	"hash/fnv"
	"iter"
	"slices"
	"strings"
)

// RowNumber is the place of a row in its file, from 0 and in the order of the
// file. It is 32 bits wide because a million of them are kept in memory.
type RowNumber int32

// Row is one phone of one user, as the file gives it. It does not change once
// the file is read. A row that has a problem is rejected: it is reported and
// never sent.
type Row struct {
	// Line is the physical line, from 1, where the record starts. Column is
	// the number, from 1, of the cell that holds the phone; 0 when the record
	// could not be split into cells.
	Line   int32
	Column int16

	// Action is what the file asks for, and SMS what it asks for SMS sign-in with
	// the phone: EnableSMS, DisableSMS, or None.
	Action Action
	SMS    Verb

	// User is the userPrincipalName or object id, trimmed, its case kept.
	User string

	// PhoneType is one of the three types, or the text of the cell when that
	// names none of them (the row then has a problem).
	PhoneType PhoneType

	// Number is zero in a rejected row, and in one that removes whatever stands there.
	Number PhoneNumber

	// Input is the phone cell as it stands in the file. It is personal data:
	// reports show it, logs never do.
	Input string

	// Findings is nil for most rows, so that they cost 8 bytes. [Row.Found] reads
	// it.
	Findings *Findings
}

// Action is what the file asks for a row. It is one byte wide because a million rows
// have it.
type Action uint8

const (
	// AsTheRun adds the phone; what happens where another number stands is the run's
	// matter. Rows without an action have it.
	AsTheRun Action = iota
	// Upsert adds the phone, or puts it in the place of another number.
	Upsert
	// CreateOnly adds the phone, and leaves another one that stands there alone.
	CreateOnly
	// UpdateOnly changes a phone that stands there, and adds none.
	UpdateOnly
	// Remove takes the phone away: the row's number, or any if the row has none.
	Remove
	// Skip leaves the row out.
	Skip
)

// String is the word that files have for it.
func (a Action) String() string {
	return [...]string{"import", "upsert", "create", "update", "remove", "skip"}[a]
}

// Findings are what is wrong or odd with a row.
type Findings struct {
	// Problems are why the row is not sent.
	Problems []Problem
	// Notes are repairs and warnings that do not stop the row.
	Notes []Problem
}

// Rejected reports whether the row is not sent because of its own data.
func (r *Row) Rejected() bool { return r.Findings != nil && len(r.Findings.Problems) > 0 }

// Found is what was found while the file was read.
func (r *Row) Found() Findings {
	if r.Findings == nil {
		return Findings{}
	}
	return *r.Findings
}

// rowsPerChunk is large enough that chunks cost nothing and small enough that
// a short file stays small.
const rowsPerChunk = 1024

// Rows is a growing list of rows that never moves one: it grows by whole
// chunks, so that a million rows are not copied over and over, and a pointer
// to a row stays good. The zero value is empty and ready.
type Rows struct {
	chunks    [][]Row
	addresses map[string]string
}

// Address is how Graph is asked for the user of a row: the object id that was found
// for the name in the file, or the name itself.
func (rs *Rows) Address(r *Row) string {
	if len(rs.addresses) == 0 {
		return r.User
	}
	if address, found := rs.addresses[strings.ToLower(r.User)]; found {
		return address
	}
	return r.User
}

// SetAddress says how Graph is asked for the users of this name. It is called before
// anything is planned.
func (rs *Rows) SetAddress(user, address string) {
	if rs.addresses == nil {
		rs.addresses = map[string]string{}
	}
	rs.addresses[strings.ToLower(user)] = address
}

// Append adds a row at the end and returns where it stands from now on.
func (rs *Rows) Append(r Row) *Row {
	last := len(rs.chunks) - 1
	if last < 0 || len(rs.chunks[last]) == rowsPerChunk {
		rs.chunks = append(rs.chunks, make([]Row, 0, rowsPerChunk))
		last++
	}
	rs.chunks[last] = append(rs.chunks[last], r)
	return &rs.chunks[last][len(rs.chunks[last])-1]
}

// Len is the number of rows.
func (rs *Rows) Len() int {
	if len(rs.chunks) == 0 {
		return 0
	}
	return (len(rs.chunks)-1)*rowsPerChunk + len(rs.chunks[len(rs.chunks)-1])
}

// At is the row with a number.
func (rs *Rows) At(n RowNumber) *Row { return &rs.chunks[n/rowsPerChunk][n%rowsPerChunk] }

// All yields the rows in the order of the file, with their numbers.
func (rs *Rows) All() iter.Seq2[RowNumber, *Row] {
	return func(yield func(RowNumber, *Row) bool) {
		for n := range RowNumber(rs.Len()) {
			if !yield(n, rs.At(n)) {
				return
			}
		}
	}
}

// Finding is what was found about a row after it was read, by looking at the
// whole file. Rows may share the problem.
type Finding struct {
	Row     RowNumber
	Stops   bool // a problem; else a note
	Problem *Problem
}

// SortFindings orders findings by row, keeping the order within each.
func SortFindings(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int { return int(a.Row) - int(b.Row) })
}

// UserHash is a number of a user, the same for all spellings of the name that differ in
// case. Its halves decide apart: the upper one on which of several machines a user is
// carried, the lower one by which of several credentials.
func UserHash(user string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.ToLower(user))) // it never fails
	x := h.Sum64()
	// The finalizer of MurmurHash3: without it names that are alike are too close.
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
