package tenant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"entraphone/internal/authmethod"
)

// Key is a property of users by which a file names them, spelled as Graph does.
type Key string

const (
	UserPrincipalName Key = "userPrincipalName" // or the object id
	Mail              Key = "mail"
	EmployeeID        Key = "employeeId"
	SAMAccountName    Key = "onPremisesSamAccountName"
)

// User is one user as the directory shows it. The texts hold printable characters
// only.
type User struct {
	ID                string // object id
	UserPrincipalName string

	// Disabled, Guest and Synced are set where the directory says so. They are
	// unset, too, where the credential may not see it.
	Disabled bool // accountEnabled is false
	Guest    bool // userType is Guest
	Synced   bool // onPremisesSyncEnabled: from a directory on premises
}

// Match is whom a name means.
type Match struct {
	Users []User // nobody, one user, or several, in no certain order

	// AsItIs is set where nobody was found by a name that Graph takes in a path
	// as it is, a userPrincipalName or an object id: the user may be too new for
	// the index, and only a request for the user can tell.
	AsItIs bool
}

// person is a user as it comes. What a credential may not see is null.
type person struct {
	ID                string `json:"id"`
	UserPrincipalName string `json:"userPrincipalName"`
	Mail              string `json:"mail"`
	EmployeeID        string `json:"employeeId"`
	SAMAccountName    string `json:"onPremisesSamAccountName"`
	AccountEnabled    *bool  `json:"accountEnabled"`
	UserType          string `json:"userType"`
	Synced            bool   `json:"onPremisesSyncEnabled"`
}

// names are what the person may be called by under a key, empty for unknown.
func (p *person) names(key Key) []string {
	switch key {
	case Mail:
		return []string{p.Mail}
	case EmployeeID:
		return []string{p.EmployeeID}
	case SAMAccountName:
		return []string{p.SAMAccountName}
	}
	return []string{p.UserPrincipalName, p.ID}
}

func (p *person) user(shown func(string) string) User {
	return User{
		ID: shown(p.ID), UserPrincipalName: shown(p.UserPrincipalName),
		Disabled: p.AccountEnabled != nil && !*p.AccountEnabled,
		Guest:    strings.EqualFold(p.UserType, "Guest"),
		Synced:   p.Synced,
	}
}

// fold makes names equal that mean the same. The directory disregards case in
// names; an employeeId is a text of somebody else's.
func (key Key) fold(name string) string {
	if key == EmployeeID {
		return name
	}
	return strings.ToLower(name)
}

// Find finds out whom the names mean under a key: by a sweep over all users, or by
// filters, whichever takes fewer questions. There is one match for each name, in
// their order. A name that no user can have, such as one with a control character,
// is not asked for.
//
// A [*RefusedError] says that Graph does not show users, or not this key of any of
// them; a [*GivenUpError] that it did not answer.
func (t *Tenant) Find(ctx context.Context, key Key, names []string) ([]Match, error) {
	f := newFinder(key, names, t.Asker.Shown)
	r := &reader{asker: t.Asker, pacer: t.Pacer, giveUpAfter: t.GiveUpAfter, what: "users by " + string(key)}
	swept, err := f.sweep(ctx, r)
	if err == nil && !swept {
		_, err = pages(ctx, r, f.questions, math.MaxInt, f.add)
	}
	if err != nil {
		return nil, err
	}
	if f.seen > 0 && f.named == 0 {
		problem := fmt.Sprintf("none of %d users shows one: either nobody has it, or the credential may not see it and needs User.Read.All", f.seen)
		return nil, &RefusedError{What: r.what, Problem: problem}
	}
	matches := make([]Match, len(names))
	for i, name := range names {
		matches[i].Users = f.found[key.fold(name)]
		matches[i].AsItIs = len(matches[i].Users) == 0 && (objectID.MatchString(name) || principalName.MatchString(name))
	}
	return matches, nil
}

var (
	objectID = regexp.MustCompile(`^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$`)
	// principalName is generous: it only says whether a request may be worth it.
	principalName = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)
)

// finder collects who the names mean.
type finder struct {
	key       Key
	shown     func(string) string // see Asker
	questions []string            // that find everybody by filters
	found     map[string][]User   // by folded name; nil for names nobody was found by yet
	seen      int                 // users that were shown
	named     int                 // names under the key that they showed
}

// selected are the properties that a question asks for. With them a page costs
// one unit instead of two.
func (key Key) selected() string {
	selected := "$select=id,userPrincipalName,accountEnabled,userType,onPremisesSyncEnabled"
	if key != UserPrincipalName {
		selected += "," + string(key)
	}
	return selected + "&$top=" + strconv.Itoa(largestPage)
}

// largestPage is the most users that a page may have,
// https://learn.microsoft.com/graph/api/user-list.
const largestPage = 999

// newFinder makes the questions. userPrincipalNames and ids stand apart: they are
// properties of their own.
func newFinder(key Key, names []string, shown func(string) string) *finder {
	f := &finder{key: key, shown: shown, found: make(map[string][]User, len(names))}
	var ids, others []string
	for _, name := range names {
		folded := key.fold(name)
		if _, known := f.found[folded]; known || !possible(name) {
			continue
		}
		f.found[folded] = nil
		if key == UserPrincipalName && objectID.MatchString(name) {
			ids = append(ids, name)
		} else {
			others = append(others, name)
		}
	}
	f.questions = append(filters("id", key.selected(), ids), filters(string(key), key.selected(), others)...)
	return f
}

// possible reports whether a user can have such a name. Of these properties a mail
// may be the longest, with 256 characters.
func possible(name string) bool {
	return name != "" && len(name) <= 1024 && strings.IndexFunc(name, unicode.IsControl) < 0
}

// The bounds of one filter: https://learn.microsoft.com/graph/aad-advanced-queries
// states both. The length leaves room for what else stands in the address.
const (
	mostClauses = 15
	mostEscaped = 1500
)

// filters are the questions for users with one of these values of a property.
func filters(property, selected string, values []string) (paths []string) {
	advanced := ""
	if property == string(SAMAccountName) { // which can be filtered by in no other way
		advanced = "&$count=true"
	}
	for len(values) > 0 {
		list, n := "", 0
		for ; n < min(mostClauses, len(values)); n++ {
			value := literal(values[n])
			if n > 0 && len(list)+len(value) > mostEscaped {
				break
			}
			list += "," + value
		}
		paths = append(paths, "/users?"+selected+advanced+"&$filter="+property+"%20in%20("+list[1:]+")")
		values = values[n:]
	}
	return paths
}

// literal is a text of OData as it stands in a query: in single quotes, those in it
// doubled, and everything else escaped that means something in an address.
func literal(value string) string {
	escaped := url.QueryEscape(strings.ReplaceAll(value, "'", "''"))
	return "'" + strings.NewReplacer("+", "%20", "%27", "'").Replace(escaped) + "'"
}

// errNoCount is for something that came and is no count.
var errNoCount = errors.New("reading the answer: it is not a number of users")

// sweep goes through all users if that takes fewer questions than the filters. How
// many there are is one question; a tenant that does not tell, as B2C does not, is
// swept for as many pages as the filters would take. It is false where the filters
// are to be asked.
func (f *finder) sweep(ctx context.Context, r *reader) (swept bool, err error) {
	if len(f.questions) <= 2 { // the count and one page
		return len(f.questions) == 0, nil
	}
	most := len(f.questions)
	_, err = r.ask(ctx, []string{"/users/$count"}, func(_ int, body []byte) error {
		users, fault := strconv.Atoi(strings.TrimSpace(string(body)))
		if fault == nil && (users+largestPage-1)/largestPage >= len(f.questions) {
			most = 0
		}
		if fault != nil {
			return errNoCount // the other one quotes the peer
		}
		return nil
	})
	if err != nil || most == 0 {
		return false, err
	}
	return pages(ctx, r, []string{"/users?" + f.key.selected()}, most, f.add)
}

// add keeps the person where one of the names means it.
func (f *finder) add(p person) {
	f.seen++
	for _, name := range p.names(f.key) {
		if name == "" {
			continue
		}
		f.named++
		folded := f.key.fold(name)
		users, wanted := f.found[folded]
		if !wanted {
			continue
		}
		user := p.user(f.shown)
		if !slices.ContainsFunc(users, func(u User) bool { return u.ID == user.ID }) {
			f.found[folded] = append(users, user)
		}
	}
}

// Members are the users in a group, given by its object id, and in the groups in
// it, each once. Of a member only the names are known. A [*RefusedError] says that
// there is no such group, or that it may not be read.
func (t *Tenant) Members(ctx context.Context, group string) ([]User, error) {
	// The kind in the path makes it an advanced query:
	// https://learn.microsoft.com/graph/aad-advanced-queries.
	path := "/groups/" + url.PathEscape(group) + "/transitiveMembers/microsoft.graph.user?$select=id,userPrincipalName&$count=true&$top=" + strconv.Itoa(largestPage)
	return t.list(ctx, "members of the group", path)
}

// Users are all users of the tenant, each once, in no certain order. A
// [*RefusedError] says that they may not be listed.
func (t *Tenant) Users(ctx context.Context) ([]User, error) {
	return t.list(ctx, "the users of the tenant", "/users?"+UserPrincipalName.selected())
}

// list reads a listing of users to its end.
func (t *Tenant) list(ctx context.Context, what, path string) (users []User, err error) {
	r := &reader{asker: t.Asker, pacer: t.Pacer, giveUpAfter: t.GiveUpAfter, what: what}
	known := map[string]bool{}
	_, err = pages(ctx, r, []string{path}, math.MaxInt, func(p person) {
		if !known[p.ID] {
			known[p.ID] = true
			users = append(users, p.user(t.Asker.Shown))
		}
	})
	if err != nil {
		return nil, err
	}
	return users, nil
}

// Phones are the numbers of one user as Graph shows them, by phone type: masked
// where the caller may not see them. The texts hold printable characters only.
type Phones map[authmethod.PhoneType]string

// phone is a phone as it comes in a list.
type phone struct {
	ID     string `json:"id"`
	Type   string `json:"phoneType"`
	Number string `json:"phoneNumber"`
}

// errNoPhones is for JSON that came and is no list of at most one phone of each type.
var errNoPhones = errors.New("reading the answer: it is not a list of a user's phones")

// readPhones tells phones by their ids, which are constants of the types:
// https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod.
func readPhones(body []byte) (Phones, error) {
	var p page[phone]
	if json.Unmarshal(body, &p) != nil || p.Value == nil || p.Next != "" {
		return nil, errNoPhones
	}
	phones := Phones{}
	for _, each := range p.Value {
		for _, t := range []authmethod.PhoneType{authmethod.PhoneTypeMobile, authmethod.PhoneTypeAlternateMobile, authmethod.PhoneTypeOffice} {
			if strings.EqualFold(each.ID, t.ID()) || each.ID == "" && strings.EqualFold(each.Type, string(t)) {
				phones[t] = printable(each.Number)
			}
		}
	}
	if len(phones) != len(p.Value) {
		return nil, errNoPhones // one would be missing silently
	}
	return phones, nil
}

// printable leaves out what is no printable character. A number stays whole: it is
// what was asked for.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text)
}

// usersAtOnce is how many users are asked for before those among them are told of
// whom Graph refuses: a multiple of what a $batch takes.
const usersAtOnce = 50 * largestBatch

// mostFailed is how often the phones of one user may fail to come, while those of
// others do: one whom Graph cannot read must not end the reading of all.
const mostFailed = 6

// Phones reads the phones of the users, by their ids. It calls each once for every
// user, one after the other and not in their order: with the phones, or with nil and
// the answer that came instead. An error is as that of Find, but for refusals.
func (t *Tenant) Phones(ctx context.Context, users []User, each func(user User, phones Phones, instead authmethod.Answer)) error {
	r := &reader{asker: t.Asker, pacer: t.Pacer, giveUpAfter: t.GiveUpAfter, what: ofPhones, mostFailed: mostFailed}
	for some := range slices.Chunk(users, usersAtOnce) {
		paths := make([]string, len(some))
		for i, user := range some {
			paths[i] = "/users/" + strings.ReplaceAll(url.QueryEscape(user.ID), "+", "%20") + "/authentication/phoneMethods"
		}
		refusals, err := r.ask(ctx, paths, func(i int, body []byte) error {
			phones, fault := readPhones(body)
			if fault == nil {
				each(some[i], phones, authmethod.Answer{})
			}
			return fault
		})
		for i, a := range refusals {
			if a.Status != 0 || a.Lost != nil || a.NotSent != nil {
				each(some[i], nil, a)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
