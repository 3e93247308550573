package heading

import "slices"

// MaxPairs is how many phones a line may hold with a type for each.
const MaxPairs = 4

// series are the columns of phone types and phone numbers that are counted: "Phone 2
// - Type" and "Phone 2 - Value" stand at place 2. Google's contacts and many exports
// of HR systems have them.
type series []member

// member is one column of a series; several may have the same place, which is a
// question.
type member struct {
	Meaning
	place, column int
}

// readSeries finds types and numbers of which one at least is not the first, where
// nothing binds the phones. "Type 2" without a number may be that of anything.
func readSeries(g *guess) series {
	if form := append([]Key{PhoneType}, phoneKeys...); g.binds(form...) || g.bound.Has(form...) {
		return nil
	}
	var all series
	for i, heading := range g.Headings {
		place, m := counted(heading)
		if !g.fixed(i) && (m.Key == PhoneType || m == Meaning{PhoneNumber, rankGeneric}) {
			all = append(all, member{m, place, i})
		}
	}
	s := slices.DeleteFunc(slices.Clone(all), func(m member) bool {
		return m.Meaning == Meaning{PhoneType, rankAnyType} && (len(all.at(m.place, PhoneNumber)) == 0 || len(all.at(m.place, PhoneType)) > 1)
	})
	whole := func(place int) bool { return len(s.at(place, PhoneType)) > 0 && len(s.at(place, PhoneNumber)) > 0 }
	if !whole(0) || !whole(1) { // else a program counted headings that it found again: "PhoneType.1"
		for i := range s {
			s[i].place = max(s[i].place, 1)
		}
	}
	lacks := func(k Key) bool { return !slices.ContainsFunc(s, func(m member) bool { return m.Key == k }) }
	if lacks(PhoneType) || lacks(PhoneNumber) || slices.Equal(s.places(), []int{1}) {
		return nil
	}
	return s
}

// ordinals are the senses of the places of a series; the last is of all behind.
var ordinals = [MaxPairs + 1]string{"first", "second+alternate", "third", "fourth", "further"}

// counted is a heading's place in a series, 0 where it names none, and what it
// means without it.
func counted(heading string) (place int, m Meaning) {
	says, all := sensesOf(heading)
	for i, ordinal := range ordinals {
		if says.any(ordinal) && place == 0 {
			place, says = i+1, says&^of(ordinal)
		}
	}
	switch m, known := mean(says); {
	case place == 0, !all: // by more than its words
		if m, known = Lookup(heading); known {
			return 0, m
		}
	case says == of("type"):
		return place, Meaning{PhoneType, rankAnyType}
	case says == of("number"):
		return place, Meaning{PhoneNumber, rankGeneric}
	case known:
		return place, m
	}
	return 0, Meaning{Key: NumKeys}
}

// at are the columns of a key at a place.
func (s series) at(place int, k Key) (columns []int) {
	for _, m := range s {
		if m.place == place && m.Key == k {
			columns = append(columns, m.column)
		}
	}
	return columns
}

// places are those that have a column, each once and sorted.
func (s series) places() (places []int) {
	for _, m := range s {
		places = append(places, m.place)
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// pairs are the columns of each type and its number, in the order of their
// places; none where there is only one. A phone whose type or number is not
// certain is a question, because it would be lost or go to somebody else.
func (s series) pairs(b *binding) (pairs [][2]int) {
	for _, place := range s.places() {
		types, numbers := s.at(place, PhoneType), s.at(place, PhoneNumber)
		if len(types) != 1 || len(numbers) != 1 {
			b.ask("pair", place, b.labels(append(types, numbers...)))
			return nil
		}
		pairs = append(pairs, [2]int{types[0], numbers[0]})
	}
	switch {
	case len(pairs) > MaxPairs:
		b.ask("pairs", len(pairs), MaxPairs)
	case len(pairs) == 1:
		return nil
	}
	return pairs
}
