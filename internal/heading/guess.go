package heading

import (
	"slices"
	"strings"
)

// guess is what headings mean by themselves, where nothing binds them, less what
// their neighbours and their own cells disprove.
type guess struct {
	binding
	meanings []Meaning // of each column; with the key NumKeys for none
	doubtful []int     // phones that could be the user's, and nobody knows which
	unnamed  []int     // columns of phones that the profile does not name
	byValue  []string  // headings by which an excerpt tells what the values disproved
	series   series    // of phone types and numbers, where they are counted
}

// read gives every column that is not bound its meaning, and takes away what does
// not hold. Phones that a profile leaves out are remembered, because parts of
// numbers may be theirs.
func (g *guess) read() {
	g.meanings = slices.Repeat([]Meaning{{Key: NumKeys}}, len(g.Headings))
	for i, heading := range g.Headings {
		m, known := Lookup(heading)
		if g.fixed(i) {
			continue
		}
		if known {
			g.meanings[i] = g.keyed(heading, m)
		}
		if !known && phoneLike(heading) || known && m.Rank == rankProposed && m.Key != AlternateMobile {
			g.doubt(i)
		}
	}
	g.count()
	g.disprove()
	for k := range NumKeys {
		unnamed := k.IsPhone() && g.Profile.NamesPhones() && !g.binds(k)
		if unnamed {
			g.unnamed = append(g.unnamed, g.found(k)...)
		}
		if unnamed || g.bound.Has(k) {
			g.drop(k)
		}
	}
}

// fixed reports whether a column is bound, or one that an excerpt adds.
func (g *guess) fixed(i int) bool {
	return slices.Contains(g.explicit[:], i) || strings.HasPrefix(g.Headings[i], "entraphone_")
}

// found are the columns that mean k: the one that was named, else those of the
// best rank.
func (g *guess) found(k Key) []int {
	if g.binds(k) {
		return []int{g.explicit[k]}
	}
	rank := g.rank(k)
	return g.where(func(i int) bool { return g.meanings[i] == Meaning{k, rank} && rank < rankProposed })
}

// rank is the best of the columns that mean k.
func (g *guess) rank(k Key) int {
	best := rankProposed
	for _, m := range g.meanings {
		if m.Key == k {
			best = min(best, m.Rank)
		}
	}
	return best
}

// has reports whether one of the keys has a column.
func (g *guess) has(keys ...Key) bool {
	return slices.ContainsFunc(keys, func(k Key) bool { return len(g.found(k)) > 0 })
}

// drop leaves the keys to --map.
func (g *guess) drop(keys ...Key) {
	for i, m := range g.meanings {
		if slices.Contains(keys, m.Key) {
			g.meanings[i].Rank = rankProposed
		}
	}
}

// disprove drops what neighbours or the cells themselves disprove.
func (g *guess) disprove() {
	some := func(fits func(cell string) bool) func(int) bool { // a remark here and there is a mistake, which its row must tell
		return func(i int) bool { return 2*len(g.cells(i)) <= len(g.Sample) || !g.lacks(i, fits) }
	}
	notCode := func(cell string) bool { return !letterCode.MatchString(cell) && !g.IsDialCode(cell) }
	notDialCode := func(cell string) bool { return !g.IsDialCode(cell) }
	g.require(Meaning{Office, rankRoom}, some(numberLike))
	g.require(Meaning{PhoneType, rankAnyType}, some(namesKind))
	g.prove(Meaning{DialCode, rankUnlikely}, func(i int) bool { return g.lacks(i, notDialCode) })
	g.require(Meaning{Country, rankAnyCode}, func(i int) bool { return !slices.ContainsFunc(g.cells(i), notCode) })

	// Another program's column may have such a heading. A cell here and there that is
	// none of the words is a mistake, which its row must tell.
	mostly := func(is func(cell string) bool) func(int) bool {
		return func(i int) bool {
			cells := g.cells(i)
			return 2*len(slices.DeleteFunc(slices.Clone(cells), func(cell string) bool { return !is(cell) })) >= len(cells)
		}
	}
	g.require(Meaning{Key: Action}, mostly(func(cell string) bool { _, is := ParseAction(cell); return is }))
	for _, k := range []Key{SMSSignIn, ForcedUpdate, ForcedRemoval} {
		g.require(Meaning{Key: k}, mostly(func(cell string) bool { _, is := ParseSwitch(cell); return is }))
	}
	if g.rank(Office) == rankRoom && g.has(PhoneType) && g.has(PhoneNumber) {
		g.drop(Office)
	}
	if g.rank(AreaCode) == rankUnlikely && !g.has(DialCode) {
		g.drop(AreaCode)
	}
	if g.rank(PhoneNumber) == rankUnlikely && !g.has(AreaCode) {
		g.drop(PhoneNumber)
	}
	if ofRelatives(g.Headings) != None { // the phones may be somebody else's
		for _, k := range phoneKeys {
			for _, i := range g.found(k) {
				g.doubt(i)
			}
		}
		g.drop(phoneKeys...)
	}
}

// require drops the columns of a meaning whose cells do not bear it out, unless
// another column is used anyway. Excerpts are told by a heading of their own. A
// column without cells keeps its meaning: nothing disproves it.
func (g *guess) require(m Meaning, bearsOut func(column int) bool) {
	disproved := "entraphone_no_" + m.Key.String()
	told := slices.Contains(g.Headings, disproved)
	if g.rank(m.Key) < m.Rank && m.Rank != rankAnyCode {
		return
	}
	if _, dropped := g.sift(m, func(i int) bool { return !told && bearsOut(i) }); dropped > 0 {
		g.byValue = append(g.byValue, disproved)
	}
}

// prove drops the columns of a meaning whose cells do not prove it. Excerpts are
// told, too. Unlike require it drops a column without cells.
func (g *guess) prove(m Meaning, proves func(column int) bool) {
	proven := "entraphone_is_" + m.Key.String()
	told := slices.Contains(g.Headings, proven)
	if kept, _ := g.sift(m, func(i int) bool { return told || proves(i) }); kept > 0 {
		g.byValue = append(g.byValue, proven)
	}
}

// sift drops the columns of a meaning that do not fit, and counts both.
func (g *guess) sift(m Meaning, fits func(column int) bool) (kept, dropped int) {
	for i, have := range g.meanings {
		switch {
		case have != m:
		case fits(i):
			kept++
		default:
			g.meanings[i].Rank = rankProposed
			dropped++
		}
	}
	return kept, dropped
}

// doubt remembers a column that could be a phone of the user, unless its cells tell
// that it is none, or somebody that it is. Such a column is named in questions, and
// keeps a phone without a kind from being read as if it were the only one.
func (g *guess) doubt(i int) {
	if !g.Excerpt && !g.fixed(i) && !g.lacks(i, numberLike) {
		g.doubtful = append(g.doubtful, i)
	}
}

// count gives the first type and number of a series their meaning. The others
// are read beside them.
func (g *guess) count() {
	if g.series = readSeries(g); len(g.series) > 0 {
		g.drop(PhoneType, PhoneNumber)
	}
	for _, m := range g.series {
		if g.meanings[m.column] = m.Meaning; m.place != g.series.places()[0] {
			g.meanings[m.column].Rank = rankProposed
		}
	}
}
