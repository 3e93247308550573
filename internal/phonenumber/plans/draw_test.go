package plans_test

import (
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// drawer draws what people may dial, and what they may not, from the metadata.
type drawer struct {
	*rand.Rand
	metadata []*phonenumbers.PhoneMetadata
	regions  []string                  // of all metadata, and some that are none
	parsed   map[string]*syntax.Regexp // of the metadata's patterns
}

func newDrawer(seed, stream uint64) *drawer {
	collection, err := phonenumbers.MetadataCollection()
	if err != nil {
		panic(err) // the library has read it when it started
	}
	d := &drawer{
		Rand: rand.New(rand.NewPCG(seed, stream)), metadata: collection.GetMetadata(),
		regions: []string{"", "ZZ", "de", "A", "DEU"}, parsed: map[string]*syntax.Regexp{},
	}
	for _, m := range d.metadata {
		d.regions = append(d.regions, m.GetId()) // "001" too
	}
	return d
}

// dialled returns digits and the region they are dialled in.
func (d *drawer) dialled() (digits, region string) {
	m := d.metadata[d.IntN(len(d.metadata))]
	number := d.national(m)
	if d.IntN(3) == 0 {
		number = d.damaged(number)
	}
	region = m.GetId()
	code := strconv.Itoa(int(m.GetCountryCode()))
	switch d.IntN(12) {
	case 0, 1:
		digits, region = "+"+code+number, d.anyRegion(region)
	case 2:
		digits, region = "+"+code+d.prefix(m)+number, d.anyRegion(region)
	case 3:
		digits = code + number
	case 4:
		digits = code + d.prefix(m) + number
	case 5: // with the exit code of the region or of another
		region = d.anyRegion(region)
		digits = d.exitCode(region) + code + number
	case 6:
		digits, region = d.exitCode(region)+code+d.prefix(m)+number, d.anyRegion(region)
	case 7:
		digits = "+" + d.exitCode(region) + code + number
	case 8, 9:
		digits = d.prefix(m) + number
	case 10:
		digits, region = number, d.anyRegion(region)
	default:
		digits = number
	}
	if d.IntN(8) == 0 {
		digits = d.damaged(digits)
	}
	return digits, region
}

// notThere is the pattern of a kind of which the plan has no numbers.
const notThere = "NA"

// national draws a number of any kind, an example, or any digits.
func (d *drawer) national(m *phonenumbers.PhoneMetadata) string {
	kinds := []*phonenumbers.PhoneNumberDesc{
		m.GetGeneralDesc(), m.GetFixedLine(), m.GetMobile(), m.GetTollFree(), m.GetPremiumRate(), m.GetSharedCost(),
		m.GetPersonalNumber(), m.GetVoip(), m.GetPager(), m.GetUan(), m.GetVoicemail(),
	}
	kind := kinds[d.IntN(len(kinds))]
	switch {
	case d.IntN(10) == 0:
		return d.digits(1 + d.IntN(19))
	case d.IntN(10) == 0 && m.GetNationalPrefixTransformRule() != "": // a local number, for most
		return d.matching(m.GetNationalPrefixForParsing())
	case d.IntN(10) == 0 && m.GetLeadingDigits() != "":
		return d.matching(m.GetLeadingDigits()) + d.digits(d.IntN(12))
	case d.IntN(10) == 0 && len(m.GetNumberFormat()) > 0:
		format := m.GetNumberFormat()[d.IntN(len(m.GetNumberFormat()))]
		number := d.matching(format.GetPattern())
		if leading := format.GetLeadingDigitsPattern(); len(leading) > 0 {
			begin := d.matching(leading[len(leading)-1])
			number = begin + number[min(len(begin), len(number)):]
		}
		return number
	case kind.GetNationalNumberPattern() == notThere, kind.GetNationalNumberPattern() == "":
		return m.GetFixedLine().GetExampleNumber()
	case d.IntN(4) == 0:
		return kind.GetExampleNumber()
	}
	return d.matching(kind.GetNationalNumberPattern())
}

// prefix draws a national prefix as it is written, or as it is understood.
func (d *drawer) prefix(m *phonenumbers.PhoneMetadata) string {
	if d.IntN(2) == 0 {
		return m.GetNationalPrefix()
	}
	return d.matching(m.GetNationalPrefixForParsing())
}

func (d *drawer) exitCode(region string) string {
	i := slices.IndexFunc(d.metadata, func(m *phonenumbers.PhoneMetadata) bool { return m.GetId() == region })
	if i < 0 || d.IntN(5) == 0 {
		i = d.IntN(len(d.metadata))
	}
	return d.matching(d.metadata[i].GetInternationalPrefix())
}

func (d *drawer) anyRegion(own string) string {
	if d.IntN(3) == 0 {
		return d.regions[d.IntN(len(d.regions))]
	}
	return own
}

func (d *drawer) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(d.IntN(10))
	}
	return string(b)
}

// damaged changes, drops, adds, doubles or swaps a digit, or cuts some off.
func (d *drawer) damaged(s string) string {
	sign := s[:len(s)-len(strings.TrimLeft(s, "+"))]
	b := []byte(s[len(sign):])
	for range 1 + d.IntN(3) {
		if len(b) < 2 {
			break
		}
		at, digit := d.IntN(len(b)-1), '0'+byte(d.IntN(10))
		switch d.IntN(7) {
		case 0:
			b[at] = digit
		case 1:
			b = slices.Delete(b, at, at+1)
		case 2:
			b = slices.Insert(b, at, digit)
		case 3:
			b = slices.Insert(b, at, b[at])
		case 4:
			b[at], b[at+1] = b[at+1], b[at]
		case 5:
			b = append(b, digit)
		default:
			b = b[:len(b)-d.IntN(min(len(b), 5))]
		}
	}
	return sign + string(b)
}

// matching draws what a pattern matches.
func (d *drawer) matching(pattern string) string {
	if pattern == "" {
		return ""
	}
	e, known := d.parsed[pattern]
	if !known {
		e, _ = syntax.Parse(pattern, syntax.Perl)
		d.parsed[pattern] = e
	}
	var b strings.Builder
	d.write(&b, e)
	return b.String()
}

func (d *drawer) write(b *strings.Builder, e *syntax.Regexp) {
	times := 1
	switch e.Op {
	case syntax.OpLiteral:
		b.WriteString(string(e.Rune))
	case syntax.OpCharClass:
		i := 2 * d.IntN(len(e.Rune)/2)
		b.WriteByte(byte(e.Rune[i]) + byte(d.IntN(int(e.Rune[i+1]-e.Rune[i])+1)))
	case syntax.OpAlternate:
		d.write(b, e.Sub[d.IntN(len(e.Sub))])
		return
	case syntax.OpRepeat:
		times = e.Min + d.IntN(e.Max-e.Min+1)
	case syntax.OpQuest:
		times = d.IntN(2)
	}
	for range times {
		for _, sub := range e.Sub {
			d.write(b, sub)
		}
	}
}
