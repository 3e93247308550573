package phonenumber

import (
	"fmt"
	"strings"
	"testing"

	"entraphone/internal/authmethod"
)

// tell writes a way down: its number, whether it is exact, its notes, and what
// speaks against it or refuses it.
func tell(way interpretation) string {
	told := []string{"+" + way.code + " " + way.National}
	if way.exact {
		told = append(told, "exact")
	}
	for _, note := range way.notes {
		told = append(told, string(note.Code))
	}
	if way.against != nil {
		told = append(told, "against: "+string(way.against.Code))
	}
	if way.refused != nil {
		told = append(told, "refused: "+string(way.refused.Code))
	}
	return strings.Join(told, " ")
}

// The second stage lists all ways to read the digits and does not choose.
func TestInterpretations(t *testing.T) {
	for _, test := range []struct {
		text   string
		region Region
		want   string
	}{
		// With a country code.
		{"+44 20 7946 0018", Region{}, "+44 2079460018 exact"},
		{"+44 020 7946 0018", Region{}, "+44 2079460018 exact trunk-prefix"},
		{"+7 8 912 345 67 89", Region{}, "+7 9123456789 trunk-prefix"}, // an 8 may be the first digit of something else
		{"+39 6 698 12345", Region{}, "+39 669812345 exact | +39 0669812345 zero-added"},
		{"+48 0 512 345 678", Region{}, "+48 0512345678 exact | +48 512345678 zero-left-out"},
		{"+52 1 55 1234 5678", Region{}, "+52 15512345678 exact | +52 5512345678 prefix-left-out"},
		{"+49 49 176 04069012", Region{}, "+49 4917604069012 exact | +49 17604069012 against: country-code-twice"},
		{"+49 4921 123456", Region{}, "+49 4921123456 exact"}, // the second 49 is not a group
		{"+39 (0)347 1234567", Region{}, "+39 03471234567 exact | +39 3471234567 bracketed-zero/note"},
		{"+39 (0)331 1234567", Region{}, "+39 03311234567 exact | +39 3311234567 bracketed-zero/note against: bracketed-zero"},
		{"+44 (0)20 7946 0018", Region{}, "+44 2079460018 exact bracketed-zero/note"},

		// With an exit code.
		{"0049 176 04069012", in("DE"), "+49 17604069012 exact double-zero"},
		{"0 0176 04069012", in("DE"), "+1 7604069012 exact double-zero | +49 17604069012 against: zero-twice"},
		{"001 32 1234 5678", in("SG"), "+1 3212345678 exact double-zero | +32 12345678 exact exit-code/note"},
		{"001 1 206 555 0101", in("SG"), "+1 2065550101 exact exit-code/note"},
		{"+00 44 20 7946 0018", in("US"), "+44 2079460018 exact double-zero"},
		{"+011 44 20 7946 0018", in("US"), "+44 2079460018 exact exit-code/note"},
		{"+011 44 20 7946 0018", Region{}, "+  refused: country-code"},
		{"011 44 020 7946 0018", in("US"), "+44 2079460018 exact exit-code/note trunk-prefix"},

		// As they are dialled within the country.
		{"0176 04069012", in("DE"), "+49 17604069012 exact"},
		{"17604069012", in("DE"), "+49 17604069012 leading-zero-missing"}, // the 0 is ours
		{"347 1234567", in("IT"), "+39 3471234567 exact"},
		{"(11) 96123-4567", in("BR"), "+55 11961234567 exact"},
		{"23125-123", in("DE"), "+49 23125123 leading-zero-missing refused: local-only/landline"},
		{"0168 123 4567", in("VN"), "+84 1681234567 exact refused: unassigned"},
		{"0168 123 4567", byDefault("VN"), "+84 1681234567 exact"}, // must be valid there in any case
		{"370 1234", in("BM"), "+1 4413701234 area-code-added"},
		{"370 1234", byDefault("BM"), "+1 4413701234 area-code-added refused: local-only"},
		{"11 15 2345-6789", in("AR"), "+54 91123456789 number-rewritten"},
		{"0 41 11 91234-5678", in("BR"), "+55 11912345678 prefix-left-out"},

		// They may be of another country, or begin with their own country's code.
		{"442079460018", in("DE"), "+49 442079460018 plus-or-national/note leading-zero-missing"},
		{"442079460018", byDefault("DE"), "+49 442079460018 leading-zero-missing | +44 2079460018 against: plus-or-national/abroad"},
		{"33612345678", in("US"), "+1 33612345678 exact | +33 612345678 against: plus-missing"},
		{"33612345678", in("FR"), "+33 612345678 exact plus-missing/note"},
		{"4917604069012", in("DE"), "+49 4917604069012 | +49 17604069012 against: plus-or-national"},
		{"049 176 04069012", in("DE"), "+49 4917604069012 exact | +49 17604069012 code-behind-zero against: plus-or-national"},
		{"043 664 1234567", in("AT"), "+43 6641234567 code-behind-zero"},
		{"44 (0)20 7946 0018", in("GB"), "+44 2079460018 exact bracketed-zero/note plus-missing/note"},
		{"0692 12 34 56", in("FR"), "+33 692123456 exact | +262 692123456 overseas"},
		{"0596 61 12 34", in("FR"), "+596 596611234 overseas"},
		{"022 123 45 67", byDefault("PL"), "+48 0221234567 exact"}, // nothing is repaired for a default country
	} {
		w, problem := parser.parse(test.text)
		if problem != nil {
			t.Errorf("parse(%q): %v", test.text, problem)
			continue
		}
		var told []string
		for _, way := range interpretations(w, test.region) {
			told = append(told, tell(way))
		}
		if got := strings.Join(told, " | "); got != test.want {
			t.Errorf("%q in %v is read as\n\t%s, want\n\t%s", test.text, test.region, got, test.want)
		}
	}
}

// The third stage chooses, by what the numbering plans say of each way.
func TestDecide(t *testing.T) {
	london, zurich := interpretation{dialled: look("+442079460018", "")}, interpretation{dialled: look("+41446681800", "")}
	nobody := interpretation{dialled: look("+447700900123", ""), exact: true} // possible, in no range
	short := interpretation{dialled: look("+46444", ""), exact: true}
	unknown := interpretation{dialled: look("+999123", "")}
	zero := interpretation{dialled: look("+4802212345", ""), exact: true}
	zero.National = "02212345"
	inexact := nobody
	inexact.exact = false
	noted := nobody.note(authmethod.CodeDoubleZero).note(authmethod.CodeTrunkPrefix)
	against := zurich
	against.against = refuse(authmethod.CodePlusMissing, "GB", "41")
	refused := london
	refused.refused = refuse(authmethod.CodeLocalOnly)
	plus := written{plus: true, digits: "1"}
	for _, test := range []struct {
		name   string
		ways   []interpretation
		w      written
		region Region
		want   string
	}{
		{"one is valid", []interpretation{london}, written{}, in("GB"), "+44 2079460018"},
		{"the first of two that agree", []interpretation{london.note(authmethod.CodeExitCodeNote, "44"), london}, plus, Region{}, "+44 2079460018 exit-code/note"},
		{"two are valid", []interpretation{london, zurich}, plus, Region{}, "exit-code"},
		{"one speaks against the other", []interpretation{london, against}, written{}, in("GB"), "plus-missing"},
		{"one speaks against what is possible only", []interpretation{nobody, against}, written{}, in("GB"), "plus-missing"},
		{"valid wins over possible", []interpretation{nobody, zurich}, plus, Region{}, "+41 446681800"},
		{"a refused one does not count", []interpretation{refused, zurich}, plus, Region{}, "+41 446681800"},
		{"refused, and nothing else", []interpretation{refused}, written{}, in("GB"), "local-only"},
		{"possible as it is written", []interpretation{nobody}, plus, Region{}, "+44 7700900123 not-assigned"},
		{"possible in the row's country", []interpretation{nobody}, written{}, in("GB"), "+44 7700900123 not-assigned"},
		{"possible by default", []interpretation{nobody}, written{}, byDefault("GB"), "not-of-default-country"},
		{"possible and complete, beside a default", []interpretation{nobody}, plus, byDefault("DE"), "+44 7700900123 not-assigned"},
		{"possible with a digit of ours", []interpretation{inexact}, written{}, in("GB"), "unassigned"},
		{"possible after a change", []interpretation{inexact}, plus, Region{}, "ambiguous"},
		{"the note stands between those of signs and of digits", []interpretation{noted}, plus, Region{}, "+44 7700900123 double-zero not-assigned trunk-prefix"},
		{"the reason of the way that was meant", []interpretation{inexact, short}, plus, Region{}, "too-short"},
		{"no country code", []interpretation{unknown}, plus, Region{}, "country-code"},
		{"no plan", []interpretation{unknown}, written{}, in("AQ"), "no-numbering-plan"},
		{"an exit code that leads nowhere", []interpretation{unknown}, written{}, in("US"), "unassigned"},
		{"the same by default", []interpretation{unknown}, written{}, byDefault("US"), "not-of-default-country"},
		{"a zero that its country does not have", []interpretation{zero}, plus, Region{}, "zero-in-front"},
	} {
		way, problem := decide(test.ways, test.w, test.region)
		got := tell(interpretation{dialled: way.dialled, notes: way.notes})
		if problem != nil {
			got = problem.Code.Word()
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// A valid number stays the same whether its country is the row's or a default,
// and what is only possible is not sent for a default.
func TestPossibleNeedsTheRowsCountry(t *testing.T) {
	for _, test := range []struct{ text, country, want string }{
		{"070-174 06 05", "SE", "+46 701740605"},
		{"+46 70 174 06 05", "SE", "+46 701740605"},
		{"07700 900123", "GB", "+44 7700900123 not-assigned"},
		{"06 39 98 00 12", "FR", "+33 639980012 not-assigned"},
	} {
		own, byDefault := parser.Parse(test.text, Parts{}, in(test.country)), parser.Parse(test.text, Parts{}, byDefault(test.country))
		possibleOnly := strings.HasSuffix(test.want, "not-assigned")
		if got := strings.TrimSpace(fmt.Sprint(own.Number.Graph(), " ", codes(own.Notes))); got != test.want {
			t.Errorf("%q in %s: %s, want %s", test.text, test.country, got, test.want)
		}
		if possibleOnly != (byDefault.Problem != nil) || !possibleOnly && byDefault.Number != own.Number {
			t.Errorf("%q with the default %s: %q, %v", test.text, test.country, byDefault.Number.Graph(), byDefault.Problem)
		}
	}
}
