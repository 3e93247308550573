package main

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/nyaruka/phonenumbers"
)

// The layout of the tables. What each record holds is written in tables.go of
// package plans, which reads them.
const (
	versionSize  = 32
	rowsPlace    = versionSize
	nodesPlace   = rowsPlace + 4
	regionsIndex = nodesPlace + 4
	codesIndex   = regionsIndex + 26*26*4
	codes        = 1000
	firstRecord  = codesIndex + codes*4
	noRow        = 64    // bytes of zeros, longer than any row: label 0
	world        = "001" // the region of codes that are of no country
)

var order = binary.LittleEndian

// layout collects what the automata share. Rows are numbered by their place in
// bytes, so that a reader adds it to where the rows begin.
type layout struct {
	nodes *nodes
	rows  []byte
	known map[string]int
}

// newLayout has a row of zeros first, which is label 0 and says nothing.
func newLayout() *layout { return &layout{newNodes(), make([]byte, noRow), map[string]int{}} }

// row returns the label of a row: its place among the rows. Equal rows stand
// there once.
func (l *layout) row(row []byte) int {
	if !slices.ContainsFunc(row, func(b byte) bool { return b != 0 }) {
		return 0
	}
	at, known := l.known[string(row)]
	if !known {
		at = len(l.rows)
		l.rows, l.known[string(row)] = append(l.rows, row...), at
	}
	return at
}

// layOut returns the tables: the version, where rows and nodes begin, the
// indexes of regions and codes, their records, the rows, the nodes. Codes are
// walked in the order of their numbers, so that the bytes do not depend on the
// order of a map.
func layOut(version string) ([]byte, error) {
	collection, err := phonenumbers.MetadataCollection()
	if err != nil {
		return nil, err
	}
	if len(version) > versionSize {
		return nil, fmt.Errorf("the version %q is too long", version)
	}
	l, tables := newLayout(), make([]byte, firstRecord)
	copy(tables, version)
	for code := range codes {
		// Most numbers below 1000 are no country's code.
		regions, err := regionsOf(code, collection.GetMetadata())
		if err == nil && len(regions) > 0 {
			tables, err = l.appendCode(tables, code, regions)
		}
		if err != nil {
			return nil, fmt.Errorf("code %d: %w", code, err)
		}
	}
	// A release that needs more must not wrap around unseen.
	if len(l.nodes.list) > 1<<16 || len(l.rows) > 1<<16 {
		return nil, fmt.Errorf("%d nodes and %d bytes of rows are more than 16 bits can number", len(l.nodes.list), len(l.rows))
	}
	order.PutUint32(tables[rowsPlace:], uint32(len(tables)))
	tables = append(tables, l.rows...)
	order.PutUint32(tables[nodesPlace:], uint32(len(tables)))
	for _, n := range l.nodes.list {
		for _, number := range append(n.children[:], n.end, n.pass) {
			tables = order.AppendUint16(tables, uint16(number))
		}
	}
	return tables, nil
}

// regionsOf returns the metadata of the regions that share a code. The main one
// comes first, as the library has it: a number that could be of several is of
// the first.
func regionsOf(code int, all []*phonenumbers.PhoneMetadata) ([]*phonenumbers.PhoneMetadata, error) {
	var regions []*phonenumbers.PhoneMetadata
	for _, name := range phonenumbers.GetRegionCodesForCountryCode(code) {
		i := slices.IndexFunc(all, func(m *phonenumbers.PhoneMetadata) bool {
			return m.GetId() == name && int(m.GetCountryCode()) == code
		})
		if i < 0 || len(all[i].GetGeneralDesc().GetPossibleLength()) == 0 {
			return nil, fmt.Errorf("region %s has no metadata, or no general description", name)
		}
		regions = append(regions, all[i])
	}
	return regions, nil
}

// appendCode appends a country code's record and those of its regions. Their
// places are filled in when each is known, for a record's length depends on its
// texts.
func (l *layout) appendCode(tables []byte, code int, regions []*phonenumbers.PhoneMetadata) ([]byte, error) {
	p, err := newPlan(regions)
	if err != nil {
		return nil, err
	}
	codeAt := len(tables)
	order.PutUint32(tables[codesIndex+4*code:], uint32(codeAt))
	tables = order.AppendUint16(tables, uint16(p.automaton(l)))
	tables = append(tables, byte(len(regions)), 0)
	places := len(tables)
	tables = append(tables, make([]byte, 4*len(regions))...)
	for slot, m := range regions {
		at := len(tables)
		order.PutUint32(tables[places+4*slot:], uint32(at))
		if name := m.GetId(); name != world {
			order.PutUint32(tables[regionsIndex+4*(26*int(name[0]-'A')+int(name[1]-'A')):], uint32(at))
		}
		if tables, err = l.appendRegion(tables, m, slot, codeAt); err != nil {
			return nil, fmt.Errorf("region %s: %w", m.GetId(), err)
		}
	}
	return tables, nil
}

// appendRegion appends the record of a region. slot is its place among those of
// the code; it is how a region finds its byte in a row.
func (l *layout) appendRegion(tables []byte, m *phonenumbers.PhoneMetadata, slot, codeAt int) ([]byte, error) {
	national, exit, err := l.prefixes(m)
	if err != nil {
		return nil, err
	}
	name := [3]byte{}
	copy(name[:], m.GetId())
	tables = append(append(tables, name[:]...), byte(slot))
	for _, n := range []int{int(m.GetCountryCode()), national, exit, 0} {
		tables = order.AppendUint16(tables, uint16(n))
	}
	d := m.GetGeneralDesc()
	for _, n := range []uint32{uint32(codeAt), mask(d.GetPossibleLength()), mask(d.GetPossibleLengthLocalOnly())} {
		tables = order.AppendUint32(tables, n)
	}
	for _, text := range []string{
		phonenumbers.GetNddPrefixForRegion(m.GetId(), true),
		example(m.GetId(), phonenumbers.MOBILE), example(m.GetId(), phonenumbers.FIXED_LINE),
	} {
		tables = append(append(tables, byte(len(text))), text...)
	}
	return tables, nil
}

// mask has a bit for each length. No number has more than 17 digits, so that 32
// bits suffice.
func mask(lengths []int32) uint32 {
	var m uint32
	for _, n := range lengths {
		m |= 1 << n
	}
	return m
}

// example is a number of the region to show to people, and empty where the
// metadata has none of that kind.
func example(region string, kind phonenumbers.PhoneNumberType) string {
	number := phonenumbers.GetExampleNumberForType(region, kind)
	if number == nil {
		return ""
	}
	return phonenumbers.GetNationalSignificantNumber(number)
}
