package importfile

import (
	"fmt"
	"slices"
	"strings"
)

// title is how messages call the profile.
func (p Profile) title() string {
	if p.Name == "" {
		return "the profile"
	}
	return "profile " + p.Name
}

// namesPhones says that the profile names a column of phones, and thereby all
// that are meant.
func (p Profile) namesPhones() bool {
	for k := range numKeys {
		if k.isPhone() && len(p.Columns[k.String()]) > 0 {
			return true
		}
	}
	return false
}

// readProfile takes for each meaning that --map leaves open the first of the
// profile's headings that the file has. A column that was renamed must stop a
// job that runs by itself, because any other would be a guess.
func (v *resolver) readProfile() error {
	for k := range numKeys {
		headings := v.profile.Columns[k.String()]
		if len(headings) == 0 || v.mapped.has(k) {
			continue
		}
		v.bound.add(k)
		at, err := v.firstOf(k, headings)
		if err != nil {
			return err
		}
		v.explicit[k] = at
	}
	return v.findAbsent()
}

// firstOf is the column of the first heading that the file has, none where it
// has none of them. What --map names is not the profile's any more.
func (v *resolver) firstOf(k key, headings Texts) (int, error) {
	for _, heading := range headings {
		is := v.matching(heading)
		if len(is) == 0 {
			continue
		}
		if len(is) > 1 {
			_, err := v.named(fmt.Sprintf("%s, %v: %s", v.profile.title(), k, title(heading)), heading)
			return none, err
		}
		switch other := slices.Index(v.explicit[:], is[0]); {
		case other < 0:
			return is[0], nil
		case !v.mapped.has(key(other)):
			return none, v.fail("give each its own column", "%s names column %s for both %s and %s", v.profile.title(), v.label(is[0]), key(other), k)
		}
		v.lost.add(k)
	}
	return none, nil
}

// findAbsent refuses a file without columns that its profile cannot do without:
// the user, the type of the phones, parts of their numbers, and all phones.
// Others that are absent are told.
func (v *resolver) findAbsent() error {
	var needed, phones []string
	for k := range numKeys {
		if !v.bound.has(k) || v.lost.has(k) || v.explicit[k] != none {
			continue
		}
		absent := v.wish(k)
		switch k {
		case keyUser, keyPhoneType, keyExtension, keyAreaCode, keyDialCode:
			needed = append(needed, absent)
		default:
			v.absent = append(v.absent, absent)
			if k.isPhone() {
				phones = append(phones, absent)
			}
		}
	}
	if v.profile.namesPhones() && !slices.ContainsFunc(v.explicit[keyPhoneNumber:keyOffice+1], func(at int) bool { return at != none }) {
		needed = append(needed, phones...)
	}
	if len(needed) == 0 {
		return nil
	}
	return v.fail("correct the profile, or name the column with --map KEY=HEADING",
		"%s names %s, and the file has no such column; the heading has %s", v.profile.title(), strings.Join(needed, ", "), v.list())
}

// wish is what the profile says of a meaning.
func (v *resolver) wish(k key) string {
	var headings []string
	for _, heading := range v.profile.Columns[k.String()] {
		headings = append(headings, title(heading))
	}
	return fmt.Sprintf("%s for %v", strings.Join(headings, " or "), k)
}

// bind forgets what headings seem to mean where the profile says it.
func (v *resolver) bind() {
	for k := range numKeys {
		if k.isPhone() && v.profile.namesPhones() && v.explicit[k] == none {
			v.unnamed = append(v.unnamed, v.found[k]...)
			v.drop(k)
		} else if v.bound.has(k) {
			v.drop(k)
		}
	}
}

// namer is what gave columns their meaning.
func (v *resolver) namer() string {
	switch {
	case v.bound == 0:
		return "--map"
	case v.mapped == 0:
		return v.profile.title()
	}
	return "--map with " + v.profile.title()
}

// warnings say what the profile names and the file does not have.
func (c *columns) warnings(p Profile) (texts []string) {
	for _, absent := range c.absent {
		texts = append(texts, fmt.Sprintf("%s names %s, and the file has no such column", p.title(), absent))
	}
	return texts
}
