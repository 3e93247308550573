package directory

import (
	"cmp"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// country is where people are, and which numbers they have: national ones
// behind the country code, with # for any digit. All are set aside for films
// and books by those who administer the numbers, so that a file of synthetic
// people can disturb nobody.
type country struct {
	usageLocation    string
	share            int // of 100 people
	code             string
	mobile, landline []string
}

// countriesTable holds those that set numbers aside, the mobiles of North
// America having no areas of their own. The ranges are small: in a large
// directory people share numbers.
//
//go:embed countries.tsv
var countriesTable string

// readCountries panics where the table is wrong, which a test would have seen. Its
// columns are the fields of a country in their order; the shares add up to 100.
func readCountries() (countries []country) {
	for _, row := range rowsOf(countriesTable) {
		share, err := strconv.Atoi(row[1])
		if err != nil {
			panic(fmt.Sprintf("the embedded countries: %v", err)) // unreachable unless bug
		}
		countries = append(countries, country{row[0], share, row[2], strings.Fields(row[3]), strings.Fields(row[4])})
	}
	return countries
}

// Synthetic makes up n people at example.com, the same for the same seed: if n
// is greater, those before are the same. Of them, about 30 % have a mobile, of
// whom a quarter have an alternateMobile and a third the mobile as default
// method; 10 % have an office phone, 2 % are guests, 3 % are disabled, 1 % are
// admins, 6 % have no mail and 20 % no onPremisesSamAccountName. All have an
// employeeId of their own. The numbers are set aside for fiction and so few
// that people share them.
func Synthetic(n int, seed uint64) *Directory {
	d := New()
	m := maker{countries: readCountries()}
	m.given, m.family = readNames()
	for i := range n {
		m.random.Seed(seed, uint64(i))
		m.rand = rand.New(&m.random)
		if _, err := d.Add(m.user(i)); err != nil {
			panic(fmt.Sprintf("synthetic person %d: %v", i, err)) // unreachable unless bug
		}
	}
	return d
}

type maker struct {
	random        rand.PCG
	rand          *rand.Rand
	countries     []country
	given, family [][]name
}

// user draws in a fixed order: a draw more or less at one place would change all
// that are behind it, and with them every file made from the same seed.
func (m *maker) user(i int) User {
	language := m.rand.IntN(len(m.given))
	given, family := pick(m, m.given[language]), pick(m, m.family[language])
	number := strconv.Itoa(i)
	address := given.plain + "." + family.plain + number // no name ends in a digit: nobody else has it
	u := User{
		UserPrincipalName: address + "@example.com",
		DisplayName:       given.written + " " + family.written,
		EmployeeID:        strconv.Itoa(100000 + i),
		AccountEnabled:    !m.percent(3),
		IsAdmin:           m.percent(1),
	}
	u.Mail = u.UserPrincipalName
	if m.percent(2) {
		u.Mail = address + "@example.org"
		u.UserPrincipalName = address + "_example.org#EXT#@example.com"
	}
	if m.percent(6) {
		u.Mail = ""
	}
	if m.percent(80) {
		// Active Directory takes 20 characters:
		// https://learn.microsoft.com/windows/win32/adschema/a-samaccountname
		u.OnPremisesSamAccountName = given.plain[:1] + family.plain[:min(len(family.plain), 19-len(number))] + number
	}
	m.addPhones(&u)
	return u
}

// addPhones keeps Graph's rules: no alternateMobile without a mobile, extensions
// of office phones only.
func (m *maker) addPhones(u *User) {
	share := m.rand.IntN(100)
	at := 0
	for share >= m.countries[at].share {
		share -= m.countries[at].share
		at++
	}
	c := &m.countries[at]
	u.UsageLocation = c.usageLocation
	if m.percent(30) {
		u.Mobile = m.number(c, c.mobile)
		if m.percent(25) {
			u.AlternateMobile = m.number(c, c.landline)
		}
		if m.percent(33) {
			u.DefaultMethod = phoneTypes[Mobile]
		}
	}
	if m.percent(10) {
		u.Office = m.number(c, c.landline)
		if m.percent(20) {
			u.Office += "x" + strconv.Itoa(100+m.rand.IntN(900))
		}
	}
}

// number is in Graph's form, with one blank behind the country code.
func (m *maker) number(c *country, ranges []string) string {
	digits := []byte(pick(m, ranges))
	for i, digit := range digits {
		if digit == '#' {
			digits[i] = byte('0' + m.rand.IntN(10))
		}
	}
	return "+" + c.code + " " + string(digits)
}

// percent is true n times in a hundred, and takes one draw.
func (m *maker) percent(n int) bool { return m.rand.IntN(100) < n }

// pick draws one, each as likely as the others.
func pick[T any](m *maker, of []T) T { return of[m.rand.IntN(len(of))] }

// namesTable holds common given and family names, by language, and behind an =
// how addresses spell those that have other letters than ASCII.
//
//go:embed names.tsv
var namesTable string

// rowsOf are the cells of an embedded table, without its heading.
func rowsOf(table string) (rows [][]string) {
	for line := range strings.Lines(table) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows[1:]
}

// name is one name as it is written and as it stands in an address.
type name struct{ written, plain string }

// readNames are the names of each language.
func readNames() (given, family [][]name) {
	for _, row := range rowsOf(namesTable) {
		given, family = append(given, namesIn(row[1])), append(family, namesIn(row[2]))
	}
	return given, family
}

// namesIn reads names apart by blanks; those in ASCII are spelt in addresses as
// they are written, in small letters.
func namesIn(list string) (read []name) {
	for spelt := range strings.FieldsSeq(list) {
		written, plain, _ := strings.Cut(spelt, "=")
		read = append(read, name{written, cmp.Or(plain, strings.ToLower(written))})
	}
	return read
}
