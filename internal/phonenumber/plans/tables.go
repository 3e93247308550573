package plans

import (
	_ "embed"
	"iter"
)

// tables are what the generator laid out, little-endian:
//
//	the library's version, in 32 bytes
//	the places of the rows and of the nodes, 4 bytes each
//	for each two letters the place of the region's record, 4 bytes each
//	for each number below 1000 the place of the code's record, 4 bytes each
//	the records, the rows, the nodes
//
// A place is counted from the beginning; 0 is none.
//
//go:embed tables.bin
var tables string

const (
	rowsPlace    = 32
	nodesPlace   = rowsPlace + 4
	regionsIndex = nodesPlace + 4
	codesIndex   = regionsIndex + 26*26*4
	codes        = 1000
)

// u16 and u32 become one load each; the compiler joins the bytes.
func u16(at int) int { return int(tables[at]) | int(tables[at+1])<<8 }

func u32(at int) int { return u16(at) | u16(at+2)<<16 }

// A node has ten children, the label of digits that end there, and the label of
// digits that may go on, 2 bytes each. Node 0 is dead. A label is the place of a
// row among the rows; row 0 is zeros, which says nothing of any number.
const (
	nodeSize  = 24
	endLabel  = 20
	passLabel = 22
)

// match returns the label of digits in full.
func match(root int, digits string) int {
	nodes, at := u32(nodesPlace), root
	for i := 0; i < len(digits) && at != 0; i++ {
		at = u16(nodes + at*nodeSize + 2*int(digits[i]-'0'))
	}
	return u16(nodes + at*nodeSize + endLabel)
}

// matchPrefix returns the label of the beginning of digits that a backtracking
// matcher would match. Where it meets several, the last is it: the automaton goes
// on only for alternatives that come before what has matched.
func matchPrefix(root int, digits string) int {
	if root == 0 {
		return 0
	}
	nodes := u32(nodesPlace)
	at := nodes + root*nodeSize
	label := u16(at + passLabel)
	for i := range len(digits) {
		child := u16(at + 2*int(digits[i]-'0'))
		if child == 0 {
			return label
		}
		at = nodes + child*nodeSize
		if pass := u16(at + passLabel); pass != 0 {
			label = pass
		}
	}
	if end := u16(at + endLabel); end != 0 {
		return end
	}
	return label
}

// rowByte returns a byte of a label's row.
func rowByte(label, i int) byte { return tables[u32(rowsPlace)+label+i] }

// plan is the place of a code's record: the root of its automaton in 2 bytes,
// how many regions share it, a byte of nothing, the places of their records.
type plan int

func planOf(code int) plan {
	if code < 0 || code >= codes {
		return 0
	}
	return plan(u32(codesIndex + 4*code))
}

func (p plan) root() int           { return u16(int(p)) }
func (p plan) regions() int        { return int(tables[p+2]) }
func (p plan) region(i int) region { return region(u32(int(p) + 4 + 4*i)) }

// region is the place of a region's record: its letters in 3 bytes, its place
// among the regions of its code, the code, the roots of the automata of its
// national prefix and exit code, 2 bytes each and 2 of nothing; the place of the
// code's record and the lengths of its numbers, within an area and else, as bits
// in 4 bytes each; then texts, each behind its length: the national prefix, the
// examples of mobile and fixed line.
type region int

// regionOf returns the region with two letters, or 0.
func regionOf(letters string) region {
	if len(letters) != 2 || letters[0]-'A' > 25 || letters[1]-'A' > 25 {
		return 0
	}
	return region(u32(regionsIndex + 4*(26*int(letters[0]-'A')+int(letters[1]-'A'))))
}

func (r region) slot() int           { return int(tables[r+3]) }
func (r region) code() int           { return u16(int(r) + 4) }
func (r region) nationalPrefix() int { return u16(int(r) + 6) }
func (r region) exitCode() int       { return u16(int(r) + 8) }
func (r region) plan() plan          { return plan(u32(int(r) + 12)) }
func (r region) lengths() uint32     { return uint32(u32(int(r) + 16)) }
func (r region) local() uint32       { return uint32(u32(int(r) + 20)) }

func (r region) name() string {
	if tables[r+2] == 0 {
		return tables[r : r+2]
	}
	return tables[r : r+3]
}

// text returns one of the texts of the record.
func (r region) text(i int) string {
	at := int(r) + 24
	for ; i > 0; i-- {
		at += 1 + int(tables[at])
	}
	return tables[at+1 : at+1+int(tables[at])]
}

// CountryCode returns the country code of a region, or 0.
func CountryCode(letters string) int {
	if r := regionOf(letters); r != 0 {
		return r.code()
	}
	return 0
}

// MainRegion returns the region that stands for a country code, as the US for
// 1: "001" for a code of no country, "" for a number that is not a code.
func MainRegion(code int) string {
	if p := planOf(code); p != 0 {
		return p.region(0).name()
	}
	return ""
}

// Regions yields the regions that share a country code, the main one first.
func Regions(code int) iter.Seq[string] {
	return func(yield func(string) bool) {
		p := planOf(code)
		for i := 0; p != 0 && i < p.regions() && yield(p.region(i).name()); i++ {
		}
	}
}

// NationalPrefix returns the digits dialled before a national number, as 0 in
// Germany, or "".
func NationalPrefix(letters string) string {
	if r := regionOf(letters); r != 0 {
		return r.text(0)
	}
	return ""
}

// Example returns the national number of a region's example, of kind Mobile or
// FixedLine, or "".
func Example(letters string, kind Kind) string {
	r := regionOf(letters)
	switch {
	case r != 0 && kind == Mobile:
		return r.text(1)
	case r != 0 && kind == FixedLine:
		return r.text(2)
	}
	return ""
}
