package heading

import (
	"cmp"
	"slices"
)

// Input is what Resolve decides by. Only the headings must be there, and IsDialCode
// where there is a sample.
type Input struct {
	Headings []string
	// Sample are cells of the first records, for where a heading leaves open
	// what a column holds. It may be empty.
	Sample [][]string
	// Excerpt means that the lines are of a file that was resolved before, by
	// other cells: what it doubted is decided.
	Excerpt bool
	// Map gives the heading for the name of a key; headings are compared
	// without case, blanks and punctuation.
	Map map[string]string
	// Profile comes behind Map and before what the headings say.
	Profile Profile
	// UserKey is the property that the user column holds.
	UserKey UserKey
	// UserDomain completes users that are names without a domain. It does nothing
	// for users that are looked up by a key.
	UserDomain string
	// NoPhones means that users will do: phones that are removed need no number.
	NoPhones bool
	// IsDialCode reports whether a cell holds a dialling code.
	IsDialCode func(cell string) bool
}

// Columns are what the columns of a file mean. They do not change. Columns are
// numbered from 0 here, and from 1 for people.
type Columns struct {
	At         [NumKeys]int // the column of each key, from 0, or None
	Long       bool         // one phone per line; else one person per line
	NumberOnly bool         // the mobile or the office's phone stands in a column that says just phone
	Pairs      [][2]int     // of the long form: types with their numbers where a line holds several phones, else empty
	Unused     []Column
	Warnings   []string // what the profile names and the file does not have
	ByValue    []string // headings by which an excerpt tells what the values disproved
	Extended   Key      // whose numbers the extension belongs to; NumKeys for none
	Divided    Key      // whose numbers the area and dialling codes belong to; NumKeys for none
	Codes      Codes    // what numbers in the country column are
	CodesTold  bool     // by the profile
	UserKey    UserKey  // never auto
	UserDomain string   // without its @; empty for users that are looked up
}

// Means reports whether a column, from 0, has a meaning.
func (c *Columns) Means(column int) bool {
	return slices.Contains(c.At[:], column) || slices.ContainsFunc(c.Pairs, func(pair [2]int) bool { return slices.Contains(pair[:], column) })
}

// Keys are the keys that have a column, in their own order.
func (c *Columns) Keys() (keys []Key) {
	for k := range NumKeys {
		if c.At[k] != None {
			keys = append(keys, k)
		}
	}
	return keys
}

// Phones are the keys of the columns that hold numbers, from left to right.
func (c *Columns) Phones() []Key {
	phones := slices.DeleteFunc(c.Keys(), func(k Key) bool { return !k.IsPhone() })
	slices.SortFunc(phones, func(a, b Key) int { return cmp.Compare(c.At[a], c.At[b]) })
	return phones
}

// Resolve finds out what each column means. The error is a *[Question] where
// headings and cells leave it open, or where options do not suit the file.
func Resolve(in Input) (Columns, error) {
	d := decision{guess: guess{binding: binding{Input: in}}}
	for _, step := range []func(){d.bind, d.read, d.decide, d.checkUser, (&division{&d}).addParts, d.tell} {
		if step(); d.question != nil {
			return Columns{}, d.question
		}
	}
	return d.Columns, nil
}

// decision chooses among what was bound and guessed.
type decision struct {
	guess
	Columns
}

// decide finds each meaning's column, or asks what cannot be told.
func (d *decision) decide() {
	if slices.ContainsFunc(d.Headings, namesOneUser) {
		d.ask("heading")
		return
	}
	if !d.has(User) {
		if key := d.Input.UserKey; key.LookedUp() {
			d.ask("userKey", key.Property(), d.list(), "--map user=HEADING")
		}
		d.ask("user", d.list(), cmp.Or(d.proposals(User, d.addressed(None)...), "--map user=HEADING"))
		return
	}
	if d.has(PhoneType) { // else the cells say that it is none
		d.Pairs = d.series.pairs(&d.binding)
	}
	from := d.form()
	for _, k := range append([]Key{User, Country}, orders...) {
		from[k] = k
	}
	_, d.Long = from[PhoneType]
	for k := range NumKeys {
		d.At[k] = None
		if meant, wanted := from[k]; wanted && d.has(meant) {
			d.At[k] = d.pick(meant)
		}
	}
	d.Columns.UserKey = d.keyAt(d.At[User])
}

// namesOneUser reports whether what should be a heading is a row's user.
func namesOneUser(heading string) bool {
	_, _, is := property(heading)
	return !is && Addressable(heading)
}

// pick is the column of a meaning. The country of a phone is not that of the
// person.
func (d *decision) pick(k Key) int {
	found := d.found(k)
	ofPhones := d.where(func(i int) bool {
		m := d.meanings[i]
		return m.Key == Country && m.Rank >= rankOfPhone && m.Rank < rankProposed
	})
	if k == Country && !d.binds(k) && len(ofPhones) > 0 && d.rank(k) < rankOfPhone {
		found = append(found, ofPhones...)
		d.ask("which", k, d.labels(found), d.proposals(k, found...)+" or "+d.proposals(DialCode, ofPhones...))
	}
	if len(found) > 1 {
		d.askWhich(k, found)
	}
	return found[0]
}

// askWhich is about several columns for one meaning. Flags cannot tell apart two
// that have the same heading.
func (d *decision) askWhich(k Key, is []int) {
	for _, i := range is {
		if twins := d.where(func(other int) bool { return Legible(d.Headings[other]) == Legible(d.Headings[i]) }); len(twins) > 1 {
			d.ask("twins", d.labels(twins))
		}
	}
	d.ask("which", k, d.labels(is), d.proposals(k, is...))
}

// checkUser refuses a column of users in which there are none as Graph knows
// them, where another column has them. It does not look at one that --map or a
// profile names.
func (d *decision) checkUser() {
	at := d.At[User]
	others := d.addressed(at)
	if d.binds(User) || d.Columns.UserKey.LookedUp() || len(others) == 0 || !d.lacks(at, func(cell string) bool { return KindOf(cell).Fit(false) }) {
		return
	}
	proposed := others
	if d.Input.UserDomain != "" && slices.ContainsFunc(d.cells(at), func(cell string) bool { return KindOf(cell) == UserName }) {
		proposed = append([]int{at}, others...)
	}
	d.ask("address", d.label(at), d.labels(others), d.proposals(User, proposed...))
}

// tell adds what is told beside the columns.
func (d *decision) tell() {
	d.Codes, d.CodesTold = d.codes(&d.Columns)
	d.Warnings, d.ByValue = d.warnings, d.byValue
	for k := range NumKeys {
		for _, i := range d.where(func(i int) bool { return d.meanings[i].Key == k && !d.Means(i) }) {
			d.Unused = append(d.Unused, Column{k.String(), i + 1, d.Headings[i]})
		}
	}
	if d.Columns.UserDomain, d.question = Domain(d.Input.UserDomain); d.Columns.UserKey.LookedUp() {
		d.Columns.UserDomain = ""
	}
}
