package authmethod

import "iter"

// Row is one phone of one user, as the file gives it. A row that has a problem
// is rejected: it is reported and never sent.
type Row struct {
	// Line is the physical line, from 1, where the record starts. Column is
	// the number, from 1, of the cell that holds the phone; 0 when the record
	// could not be taken apart. Both are 32 bits wide because a million rows
	// are kept in memory.
	Line, Column int32

	// User is the userPrincipalName or object id, trimmed, its case kept.
	User string

	// PhoneType is one of the three types, or the text of the cell when that
	// names none of them (the row then has a problem).
	PhoneType PhoneType

	// Number is zero in a rejected row.
	Number PhoneNumber

	// Input is the phone cell as it stands in the file. It is personal data:
	// reports show it, logs never do.
	Input string

	findings *findings // nil for most rows, so that they cost 8 bytes
}

type findings struct {
	problems, notes []Problem
}

// Problem says what is wrong with a cell and what to do about it. Code is a
// stable word for programs; Message and Advice are for people, and hold no
// phone number.
type Problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Advice  string `json:"advice"`
}

// Reject adds a problem, which stops the row, and takes its number away.
func (r *Row) Reject(p Problem) {
	r.findingsOf().problems = append(r.findingsOf().problems, p)
	r.Number = PhoneNumber{}
}

// Note adds a repair or a warning, which does not stop the row.
func (r *Row) Note(p Problem) {
	r.findingsOf().notes = append(r.findingsOf().notes, p)
}

// Rejected says that the row has a problem and is not sent.
func (r *Row) Rejected() bool { return r.findings != nil && len(r.findings.problems) > 0 }

// Problems are the reasons why the row is rejected.
func (r *Row) Problems() []Problem {
	if r.findings == nil {
		return nil
	}
	return r.findings.problems
}

// Notes are the repairs and warnings that do not stop the row.
func (r *Row) Notes() []Problem {
	if r.findings == nil {
		return nil
	}
	return r.findings.notes
}

func (r *Row) findingsOf() *findings {
	if r.findings == nil {
		r.findings = new(findings)
	}
	return r.findings
}

// rowsPerChunk is large enough that chunks cost nothing and small enough that
// a short file stays small.
const rowsPerChunk = 1024

// Rows is a growing list of rows that never moves one: it grows by whole
// chunks, so that a million rows are not copied over and over, and a pointer
// to a row stays good. The zero value is empty and ready.
type Rows struct {
	chunks [][]Row
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

// At is row i, from 0.
func (rs *Rows) At(i int) *Row { return &rs.chunks[i/rowsPerChunk][i%rowsPerChunk] }

// All yields the rows in the order of the file, with their index.
func (rs *Rows) All() iter.Seq2[int, *Row] {
	return func(yield func(int, *Row) bool) {
		for i := range rs.Len() {
			if !yield(i, rs.At(i)) {
				return
			}
		}
	}
}

// Lane is the rows of one user that are to be sent, as indexes into [Rows], in
// the order that Graph needs. At most one of them is in flight at a time.
type Lane []int32
