package importfile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const none = -1 // no column

// columns say which column means what.
type columns struct {
	long       bool
	numberOnly bool         // the mobile stands in a column that says just phone
	at         [numKeys]int // column index from 0, or none
	unused     []Column     // could have served too
	absent     []string     // what the profile names and the file does not have
	byValue    []string     // headings by which an excerpt tells what the values disproved
	conditions []condition
	extended   key    // whose numbers the extensions belong to
	divided    key    // whose numbers the area and dialling codes belong to
	codes      codes  // what numbers in the country column are
	codesTold  bool   // by the profile
	userDomain string // completes users that are bare names
}

// means says that column i, from 0, has a meaning here.
func (c *columns) means(i int) bool {
	return slices.ContainsFunc(c.keys(), func(k key) bool { return c.at[k] == i })
}

// keys are the keys that have a column, in their own order.
func (c *columns) keys() []key {
	var keys []key
	for k := range numKeys {
		if c.at[k] != none {
			keys = append(keys, k)
		}
	}
	return keys
}

// phones are the keys of the columns that hold numbers, from left to right.
func (c *columns) phones() []key {
	phones := slices.DeleteFunc(c.keys(), func(k key) bool { return !k.isPhone() })
	slices.SortFunc(phones, func(a, b key) int { return cmp.Compare(c.at[a], c.at[b]) })
	return phones
}

// resolver finds out which column means what.
type resolver struct {
	name     string // of the file
	headings []string
	sample   sample
	profile  Profile
	explicit [numKeys]int   // by --map or the profile, or none
	mapped   keySet         // by --map
	bound    keySet         // named by the profile, in the file or not
	lost     keySet         // of these, those whose column --map gives another meaning
	absent   []string       // of these, those that the file does not have, in words
	unnamed  []int          // columns of phones that the profile does not name
	found    [numKeys][]int // by alias, the best rank only
	rank     [numKeys]int   // of found
	others   [numKeys][]int // by alias, the lower ranks
	doubtful []int          // phones that could be the user's, and nobody knows which
	relation int            // tells how people are related, or none
	byValue  []string       // headings by which an excerpt tells what the values disproved
}

func resolve(opts Options, headings []string, rows sample) (columns, error) {
	v := &resolver{name: opts.Name, headings: headings, sample: rows, profile: opts.Profile}
	if err := v.readMap(opts.Map); err != nil {
		return columns{}, err
	}
	if err := v.readProfile(); err != nil {
		return columns{}, err
	}
	conditions, err := v.parseConditions(opts)
	if err != nil {
		return columns{}, err
	}
	v.readAliases()
	v.bind()
	c, err := v.decide()
	if err != nil {
		return columns{}, err
	}
	c.conditions, c.absent, c.byValue = conditions, v.absent, v.byValue
	if err := v.checkUser(&c, opts.UserDomain); err != nil {
		return columns{}, err
	}
	if err := v.addParts(&c); err != nil {
		return columns{}, err
	}
	c.codes, c.codesTold = v.codesOf(&c)
	if c.userDomain, err = userDomain(opts); err != nil {
		return columns{}, err
	}
	for k := range numKeys {
		for _, i := range slices.Concat(v.found[k], v.others[k]) {
			if !slices.Contains(c.at[:], i) {
				c.unused = append(c.unused, v.column(k, i))
			}
		}
	}
	return c, nil
}

func (v *resolver) readMap(wanted map[string]string) error {
	for k := range v.explicit {
		v.explicit[k] = none
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		k, known := parseKey(name)
		if !known {
			return v.fail("use one of user, phoneType, phoneNumber, mobile, alternateMobile, office, country, extension, areaCode and dialCode",
				"--map %s=%s: %q is no meaning of a column", name, wanted[name], name)
		}
		i, err := v.named(fmt.Sprintf("--map %s=%s", k, wanted[name]), wanted[name])
		if err != nil {
			return err
		}
		if other := slices.Index(v.explicit[:], i); other >= 0 {
			return v.fail("give each its own column", "--map names column %s for both %s and %s", v.label(i), key(other), k)
		}
		v.explicit[k] = i
		v.mapped.add(k)
	}
	return nil
}

// matching are the columns with a heading: as it is written, else folded.
func (v *resolver) matching(heading string) []int {
	same := v.columnsWhere(func(h string) bool { return h == strings.TrimSpace(heading) })
	if len(same) == 0 {
		same = v.columnsWhere(func(h string) bool { return fold(h) != "" && fold(h) == fold(heading) })
	}
	return same
}

// named finds the column that a flag or a profile names.
func (v *resolver) named(flag, heading string) (int, error) {
	same := v.matching(heading)
	switch len(same) {
	case 0:
		return none, v.fail("name one of these", "%s: there is no such column; the heading has %s", flag, v.list())
	case 1:
		return same[0], nil
	}
	return none, v.fail("rename one of them in the file",
		"%s: this could be any of the columns %s", flag, v.labels(same))
}

func (v *resolver) columnsWhere(matches func(heading string) bool) []int {
	var is []int
	for i, heading := range v.headings {
		if matches(heading) {
			is = append(is, i)
		}
	}
	return is
}

func (v *resolver) readAliases() {
	table := aliases()
	for i, heading := range v.headings {
		a, known := lookup(table, heading)
		k := a.key
		switch {
		case slices.Contains(v.explicit[:], i):
		case !known:
			if phoneLike(heading) {
				v.doubt(i)
			}
		case a.rank == rankProposed:
			v.others[k] = append(v.others[k], i)
			if k != keyAlternateMobile {
				v.doubt(i)
			}
		case len(v.found[k]) == 0, a.rank < v.rank[k]:
			v.others[k] = append(v.others[k], v.found[k]...)
			v.found[k], v.rank[k] = []int{i}, a.rank
		case a.rank == v.rank[k]:
			v.found[k] = append(v.found[k], i)
		default:
			v.others[k] = append(v.others[k], i)
		}
	}
	v.settle()
}

// decide takes each meaning's column, or says why it cannot.
func (v *resolver) decide() (columns, error) {
	if slices.ContainsFunc(v.headings, namesOneUser) {
		return columns{}, v.fail(headingExpected, "the first line is no heading: it names a user")
	}
	if !v.has(keyUser) {
		return columns{}, v.fail("say which it is: "+cmp.Or(v.proposals(keyUser, v.addresses(none)), "--map user=HEADING"),
			"no column names the user: expected a heading such as userPrincipalName, UPN, User or E-mail, found %s", v.list())
	}
	wanted, err := v.form()
	if err != nil {
		return columns{}, err
	}
	wanted[keyUser], wanted[keyCountry] = keyUser, keyCountry
	_, long := wanted[keyPhoneType]
	c := columns{long: long, numberOnly: wanted[keyMobile] == keyPhoneNumber}
	for k := range numKeys {
		c.at[k] = none
		from, asked := wanted[k]
		if !asked || !v.has(from) {
			continue
		}
		if c.at[k], err = v.pick(from); err != nil {
			return columns{}, err
		}
	}
	return c, nil
}

func (v *resolver) has(k key) bool { return v.explicit[k] != none || len(v.found[k]) > 0 }

func (v *resolver) pick(k key) (int, error) {
	if v.explicit[k] != none {
		return v.explicit[k], nil
	}
	if len(v.found[k]) > 1 {
		return none, v.ambiguous(k, v.found[k])
	}
	return v.found[k][0], nil
}

func (v *resolver) ambiguous(k key, is []int) error {
	for _, i := range is {
		same := v.columnsWhere(func(h string) bool { return legible(h) == legible(v.headings[i]) })
		if len(same) > 1 {
			return v.fail("rename one of them in the file", "the columns %s have the same heading", v.labels(same))
		}
	}
	return v.fail("say which: "+v.proposals(k, is), "several columns could be the %s: %s", k, v.labels(is))
}

func (v *resolver) fail(advice, found string, args ...any) error {
	return &FileError{Name: v.name, Found: fmt.Sprintf(found, args...), Advice: advice}
}

func (v *resolver) column(k key, i int) Column {
	return Column{Key: k.String(), Number: i + 1, Heading: v.headings[i]}
}

func (v *resolver) proposal(k key, i int) string {
	return mapFlag(k, v.headings[i])
}

// proposals are those for each of the columns.
func (v *resolver) proposals(k key, is []int) string {
	var all []string
	for _, i := range is {
		all = append(all, v.proposal(k, i))
	}
	return strings.Join(all, " or ")
}

func (v *resolver) label(i int) string { return fmt.Sprintf("%d %s", i+1, title(v.headings[i])) }

func (v *resolver) labels(is []int) string {
	var labels []string
	for _, i := range is {
		labels = append(labels, v.label(i))
	}
	return strings.Join(labels, ", ")
}

// list names the headings, as many as a person reads.
func (v *resolver) list() string {
	const most = 30
	var names []string
	for _, heading := range v.headings[:min(most, len(v.headings))] {
		names = append(names, title(heading))
	}
	text := strings.Join(names, ", ")
	if more := len(v.headings) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
