package heading

import (
	"math/bits"
	"slices"
	"strings"
)

// senses are what the words of a heading say, as a set. A heading is understood by
// what its words say together, in any order.
type senses uint32

// senseNames are how the tables call them, in the order of their bits. A desk
// phone stands somewhere; the mobiles of a firm are people's, its phones its own;
// sign-in is what a second factor is sent to, and a number is written with what
// follows "with".
var senseNames = strings.Fields("phone mobile desk work firm private alternate first second third fourth further number sign-in contact mail address upn user " +
	"login account name id type country place code dial prefix area extension with")

// parseSenses reads senses such as "phone+desk". Words of "nothing" say nothing,
// but are understood.
func parseSenses(names string) (says senses, is bool) {
	if names == "nothing" {
		return 0, true
	}
	for name := range strings.SplitSeq(names, "+") {
		i := slices.Index(senseNames, name)
		if i < 0 {
			return 0, false
		}
		says |= 1 << i
	}
	return says, true
}

// of are senses that the code names.
func of(names string) senses {
	says, is := parseSenses(names)
	if !is {
		panic("heading: there is no such sense: " + names) // unreachable unless bug
	}
	return says
}

// any reports whether one of the names is said.
func (s senses) any(names string) bool { return s&of(names) != 0 }

// only reports whether nothing but the names is said.
func (s senses) only(names string) bool { return s&^of(names) == 0 }

// sensesOf is what the words of a heading say, and whether all of them were
// understood. An address is not a heading.
func sensesOf(heading string) (says senses, all bool) {
	if strings.Contains(withoutExample(heading), "@") {
		return 0, false
	}
	return understand(words(heading))
}

// understand is what words say together, and whether nothing else stands among
// them.
func understand(words []string) (says senses, all bool) {
	with := false
	all = true
	for len(words) > 0 {
		word, n, known := next(words)
		words = words[n:]
		switch {
		case !known:
			all = false
		case word.any("with"):
			with = true
		case !with || !word.only("country+code+dial+prefix+area+extension+number"): // not "with country code"
			says |= word
		}
	}
	return says, all
}

// next is what the first word says, or the first few as one: "e mail",
// "E-Mailadresse". Longer ones come first: "post" alone is not mail.
func next(words []string) (says senses, used int, known bool) {
	for n := min(3, len(words)); n > 1; n-- {
		if says, known := lexical().senses[strings.Join(words[:n], "")]; known {
			return says, n, true
		}
	}
	for n := 1; n <= min(2, len(words)); n++ {
		word := strings.Join(words[:n], "")
		for _, spelled := range [...]string{word, plain(word)} {
			if says, known := compound(spelled); known {
				return says, n, true
			}
		}
	}
	return 0, 1, false
}

// compound understands what is written in one word: "Mobiltelefonnummer",
// "EMAILADDRESS". It splits where both parts are known, the longest beginning first,
// and never where a part would be unknown.
func compound(word string) (says senses, known bool) {
	table := lexical().senses
	if says, known := table[word]; known {
		return says, true
	}
	// What is longer than two of the longest words may be split in very many ways.
	const longest = 30 // more than any word of the lexicon has
	if len(word) > 2*longest {
		return 0, false
	}
	for end := min(len(word)-2, longest); end >= 2; end-- {
		if first, known := table[word[:end]]; known {
			if rest, known := compound(word[end:]); known {
				return first | rest, true
			}
		}
	}
	return 0, false
}

// rule is a line of the table of rules.
type rule struct {
	Meaning
	needed, may senses
}

// mean is what senses mean together. False means that they are understood, and name
// no column that is needed.
func mean(says senses) (Meaning, bool) {
	for _, r := range lexical().rules {
		if says&r.needed == r.needed && says&^(r.needed|r.may) == 0 {
			return r.Meaning, true
		}
	}
	return Meaning{}, false
}

// Lookup is what a heading means by itself: by the property that it names in
// brackets, by all its letters, or by what its words say together. A single word
// that is not understood leaves it without a meaning, wherever it stands: "Mobile
// (with country code)" is a mobile, "Mobile (next of kin)" is somebody else's.
func Lookup(heading string) (Meaning, bool) {
	if name, beside, is := property(heading); is {
		m, known := meaningOf(name, letters(name))
		return m, known && !somebodyElses(beside)
	}
	return meaningOf(heading, Fold(heading))
}

// meaningOf asks for the whole heading before its words, since some headings mean
// something else than their words.
func meaningOf(heading, folded string) (Meaning, bool) {
	if m, known := either(lexical().headings, folded); known {
		return m, true
	}
	if says, all := sensesOf(heading); all {
		return mean(says)
	}
	return Meaning{}, false
}

// Meanings counts the different meanings that headings have, by themselves or
// because they are wanted. full reports whether a user and a phone are among them.
func Meanings(headings []string, wanted map[string]Key) (full bool, known int) {
	var found KeySet
	for _, heading := range headings {
		if k, is := wanted[Fold(heading)]; is {
			found.Add(k)
		} else if m, known := Lookup(heading); known {
			found.Add(m.Key)
		}
	}
	full = found.Has(User) && found.Has(PhoneNumber, Mobile, AlternateMobile, Office)
	return full, bits.OnesCount32(uint32(found))
}

// Wanted are the folded headings that a profile and --map give a meaning. They help
// to find the heading among the first lines of a file.
func Wanted(profile Profile, named map[string]string) map[string]Key {
	wanted := map[string]Key{}
	for k := range NumKeys {
		for _, heading := range append(slices.Clone(profile.Columns[k.String()]), named[k.String()]) {
			fill(wanted, Fold(heading), k)
		}
	}
	return wanted
}

// Harmless reports whether the cells under a heading help to find a person, and may
// lie about in another file: names, departments, places, employee ids, addresses of
// users. All its words must be known to be so. In doubt it is not: a cell that is
// missing from a copy does less harm than a password in it.
func Harmless(heading string) bool {
	name, beside, is := property(heading)
	if is && !somebodyElses(beside) {
		heading = name
	}
	// States call theirs an ID, too.
	if m, known := Lookup(heading); known && (m.Key == User || m.Key == Country) && letters(heading) != "id" {
		return true
	}
	rest := words(heading)
	any := false
	for len(rest) > 0 {
		n, finds := harmless(rest)
		if n == 0 {
			return false
		}
		any, rest = any || finds, rest[n:]
	}
	return any
}

// harmless is how many of the words belong together, the most first, and are
// harmless or say nothing of a column; 0 for none. finds is false for the latter.
func harmless(words []string) (n int, finds bool) {
	for n := min(4, len(words)); n > 0; n-- {
		if _, known := either(lexical().harmless, strings.Join(words[:n], "")); known {
			return n, true
		}
	}
	if says, n, known := next(words); known && says.only("work+firm+place+user") {
		return n, false
	}
	return 0, false
}

// somebodyElses reports whether a heading names somebody else than the user. A phone
// of a manager or of a relative must never be registered for the user.
func somebodyElses(heading string) bool {
	return mentions(haystack(heading), "other manager", "other emergency", "other person", "other relation")
}

// says reports whether one of the words of a heading says one of the senses.
func says(heading, names string) bool {
	says, _ := understand(words(heading))
	return says.any(names)
}

// phoneLike reports whether a heading speaks of a phone that could be the
// user's, though nobody knows which.
func phoneLike(heading string) bool {
	all := haystack(heading)
	return !somebodyElses(heading) && !mentions(all, "no phone") && (says(heading, "phone+mobile") || mentions(all, "like phone"))
}

// ofRelatives is the column of a file that tells how people are related to
// those whose phones it has; None where there is none, or where the phones of
// relatives are named as theirs: "Emergency Contact Phone".
func ofRelatives(headings []string) int {
	emergency := func(heading string) bool { return mentions(haystack(heading), "other emergency") }
	named := slices.ContainsFunc(headings, func(heading string) bool { return says(heading, "phone+mobile") && emergency(heading) })
	return slices.IndexFunc(headings, func(heading string) bool {
		all := haystack(heading)
		return mentions(all, "other relation") && !says(heading, "phone+mobile") && !mentions(all, "other manager") && !(named && emergency(heading))
	})
}
