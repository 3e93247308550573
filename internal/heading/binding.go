package heading

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// binding is what --map and the profile make of the columns. What they say is
// never guessed again.
type binding struct {
	Input
	explicit [NumKeys]int // the columns, or None
	mapped   KeySet       // by --map
	bound    KeySet       // named by the profile, in the file or not
	warnings []string     // of these, those that the file does not have
	question error        // the first, which ends all
}

// ask keeps the first question: the steps behind it build on what it leaves open.
func (b *binding) ask(text string, args ...any) {
	if b.question == nil {
		b.question = ask(text, args...)
	}
}

// bind finds the columns that --map names, and for each meaning that it leaves open
// the first of the profile's headings that the file has. What --map names is not the
// profile's any more. Names are looked at in a fixed order, so that a file with two
// mistakes always has the same question.
func (b *binding) bind() {
	for k := range b.explicit {
		b.explicit[k] = None
	}
	for _, name := range slices.Sorted(maps.Keys(b.Map)) {
		k, known := ParseKey(name)
		if !known {
			last := NumKeys - 1
			b.ask("key", name, b.Map[name], name, strings.Join(keyNames[:last], ", "), last)
			return
		}
		b.give(k, b.Map[name], "--map", fmt.Sprintf("--map %s=%s", k, b.Map[name]))
		b.mapped.Add(k)
	}
	// A heading of the profile that --map has given to another meaning is passed
	// over, and the next one is used.
	byMap, title := b.explicit, b.Profile.Title()
	var absent []Key
	for k := range NumKeys {
		headings := b.Profile.Columns[k.String()]
		if len(headings) == 0 || b.mapped.Has(k) {
			continue
		}
		b.bound.Add(k)
		there := slices.DeleteFunc(slices.Clone(headings), func(h string) bool { return len(b.matching(h)) == 0 })
		first := slices.IndexFunc(there, func(h string) bool { return !slices.Contains(byMap[:], b.matching(h)[0]) })
		if len(there) == 0 {
			absent = append(absent, k)
		} else if first >= 0 {
			b.give(k, there[first], title, fmt.Sprintf("%s, %v: %s", title, k, Title(there[first])))
		}
	}
	b.refuse(absent)
}

// give gives a key the column that somebody names, as messages call it. Two keys for
// one column are a question.
func (b *binding) give(k Key, heading, by, named string) {
	i, err := Find(b.Headings, named, heading)
	if err != nil && b.question == nil {
		b.question = err
	} else if other := slices.Index(b.explicit[:], i); i != None && other >= 0 {
		b.ask("twice", by, b.label(i), Key(other), k)
	}
	b.explicit[k] = i
}

// refuse refuses a file without columns that its profile cannot do without: the
// user, the type of the phones, parts of their numbers, and all phones. Others
// are told. A column that was renamed must stop a job that runs by itself.
func (b *binding) refuse(absent []Key) {
	var needed, phones []string
	for _, k := range absent {
		text := fmt.Sprintf("%s for %v", joined(b.Profile.Columns[k.String()], Title, " or "), k)
		switch {
		case k.IsPhone():
			phones = append(phones, text)
		case k != Country:
			needed = append(needed, text)
			continue
		}
		b.warnings = append(b.warnings, fmt.Sprintf("%s names %s, and the file has no such column", b.Profile.Title(), text))
	}
	if b.Profile.NamesPhones() && !b.binds(phoneKeys...) {
		needed = append(needed, phones...)
	}
	if len(needed) > 0 {
		b.ask("absent", b.Profile.Title(), strings.Join(needed, ", "), b.list())
	}
}

// binds reports whether one of the keys was given a column.
func (b *binding) binds(keys ...Key) bool {
	return slices.ContainsFunc(keys, func(k Key) bool { return b.explicit[k] != None })
}

// namer is what gave columns their meaning. It stands in messages, so that people
// know where to correct it.
func (b *binding) namer() string {
	switch {
	case b.bound == 0:
		return "--map"
	case b.mapped == 0:
		return b.Profile.Title()
	}
	return "--map with " + b.Profile.Title()
}
