package importfile

import (
	"strings"
	"testing"

	"entraphone/internal/heading"
)

const staff = "UPN,Mobile,Status,Left\n" +
	"a@example.com,+1 2065550101,Active,\n" +
	"b@example.com,+1 2065550102,inactive,2026-01-01\n" +
	"c@example.com,+1 2065550103, ACTIVE ,\n" +
	"d@example.com,+1 2065550104,\"on \"\"leave\"\"\",\n" +
	"e@example.com,,active,\n" +
	"f@example.com,+1 2065550106,active\n"

func TestSelection(t *testing.T) {
	tests := []struct {
		opts  Options
		users string
		left  LeftOut
	}{
		{Options{}, "abcdf", LeftOut{}},
		{Options{Where: []string{"Status=active"}}, "acf", LeftOut{Where: 2}},
		{Options{Where: []string{"status!= Active"}}, "bd", LeftOut{Where: 4}},
		{Options{Where: []string{"Left="}}, "acdf", LeftOut{Where: 1}},
		{Options{Where: []string{`Status=on "leave"`}}, "d", LeftOut{Where: 5}},
		{Options{Where: []string{"Status!=inactive", "UPN!=a@example.com"}}, "cdf", LeftOut{Where: 2}},
		{Options{Where: []string{"Status==active"}}, "acf", LeftOut{Where: 2}},
		{Options{Where: []string{"Status != \"ac\u200btive \""}}, "bd", LeftOut{Where: 4}},
		{Options{Where: []string{"Status='ＡCTIVE\u00a0'"}}, "acf", LeftOut{Where: 2}},
		{Options{Where: []string{"Status!=gone"}}, "abcdf", LeftOut{}},
		{Options{Where: []string{"Status!=inactive"}, Profile: heading.Profile{Where: heading.Texts{"UPN!=a@example.com"}}}, "cdf", LeftOut{Where: 2}},
		{Options{Skip: 2}, "cdf", LeftOut{Range: 2}},
		{Options{Limit: 2}, "ab", LeftOut{Range: 4}},
		{Options{Skip: 1, Limit: 2}, "bc", LeftOut{Range: 4}},
		{Options{Skip: 9}, "", LeftOut{Range: 6}},
		{Options{Where: []string{"Status=active"}, Skip: 1, Limit: 1}, "c", LeftOut{Where: 2, Range: 3}},
	}
	for _, test := range tests {
		f := mustRead(t, staff, test.opts)
		users := ""
		for _, r := range f.Rows.All() {
			users += r.User[:1]
		}
		if users != test.users || f.Reading.LeftOut != test.left {
			t.Errorf("%+v: users %s, left out %+v, want %s, %+v", test.opts, users, f.Reading.LeftOut, test.users, test.left)
		}
	}
	// Accents may be put together, and a heading may hold the sign itself.
	f := mustRead(t, "UPN,Mobile,Ort,Ort=\na@example.com,+1 2065550101,Zürich,x\nb@example.com,+1 2065550102,Bern,y\n", Options{Where: []string{"Ort=Zürich", "Ort==x", "Ort!=y"}})
	if f.Rows.Len() != 1 || f.Rows.At(0).User != "a@example.com" {
		t.Errorf("rows = %v, want a's", showAll(f))
	}
	got := mustRead(t, staff, Options{Where: []string{"Status=active"}, Skip: 1}).Reading.String()
	if !strings.Contains(got, "2 left out by --where; 1 left out by --skip and --limit") || strings.Contains(got, "status:") {
		t.Errorf("reading = %s, want both counts and no hint", got)
	}
}

// A line that cannot be split into cells meets every condition, and counts.
func TestSelectionOfUnreadableLines(t *testing.T) {
	text := "UPN,Mobile,Status\na@example.com,\"+1\"x,inactive\nb@example.com,+1 2065550102,active\n"
	if f := mustRead(t, text, Options{Where: []string{"Status=active"}}); f.Rows.Len() != 2 || !f.Rows.At(0).Rejected() {
		t.Errorf("rows = %v, want the unreadable line among them", showAll(f))
	}
	if f := mustRead(t, text, Options{Skip: 1}); f.Rows.Len() != 1 || f.Rows.At(0).User != "b@example.com" {
		t.Errorf("rows = %v, want only the second", showAll(f))
	}
	// Behind an open quote each line is read by itself.
	text = "UPN,Mobile,Status\na@example.com,\"+1,x\nb@example.com,+1 2065550102,active\nc@example.com,+1 2065550103,inactive\n"
	if f := mustRead(t, text, Options{Where: []string{"Status=active"}}); f.Rows.Len() != 2 || f.Rows.At(1).User != "b@example.com" || f.Reading.LeftOut.Where != 1 {
		t.Errorf("rows = %v, left out %+v, want a and b", showAll(f), f.Reading.LeftOut)
	}
}

func TestConditionsThatAreNone(t *testing.T) {
	for condition, want := range map[string]string{
		"Status":        "is no condition; write HEADING=VALUE",
		"=x":            "is no condition",
		"!=x":           "is no condition",
		"State=x":       `--where State=x: there is no such column; the heading has "UPN"`,
		"Status!==x":    "--where Status!==x is no condition",
		"Status===x":    "is no condition",
		"Status<=x":     "is no condition",
		"Status ! = x":  "is no condition",
		"Status=active": "",
		"Status=Aktiv":  `--where Status=Aktiv leaves out every line: none has this value in column 3 "Status", which has "Active" 4, "inactive" 1, "on \"leave\"" 1; write one of its values`,
		"Left=gone":     `column 4 "Left", which has (empty) 5, (a text with digits) 1`,
		"UPN=a":         `which has "a@example.com" 1, "b@example.com" 1`,
	} {
		_, err := Read(t.Context(), strings.NewReader(staff), Options{Name: "a.csv", Where: []string{condition}})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("--where %s: %v, want %q", condition, err, want)
		}
	}
}

// A condition that was misspelt leaves nobody out, and a job goes on for months.
func TestConditionsThatLeaveOutNobody(t *testing.T) {
	for condition, want := range map[string]string{
		"Status!=Inactiv":         `--where Status!=Inactiv leaves out nobody: no line has this value in column 3 "Status", which has "Active" 4, "inactive" 1, "on \"leave\"" 1; each condition takes one value`,
		"Status!=inactive|Leaver": "leaves out nobody",
		"Status!=inactive":        "",
	} {
		got := strings.Join(mustRead(t, staff, Options{Where: []string{condition}}).Reading.Warnings, " / ")
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("--where %s: warnings %q, want %q", condition, got, want)
		}
	}
	f := mustRead(t, staff, Options{Profile: heading.Profile{Name: "ours.yaml", Where: heading.Texts{"Status!=gone"}}})
	if got := f.Reading.String(); !strings.Contains(got, "\n  warning:  profile ours.yaml, where: Status!=gone leaves out nobody") {
		t.Errorf("reading = %s, want a warning that names the profile", got)
	}
	_, err := Read(t.Context(), strings.NewReader(staff), Options{Profile: heading.Profile{Name: "ours.yaml", Where: heading.Texts{"State=x"}}})
	if err == nil || !strings.Contains(err.Error(), "profile ours.yaml, where: State=x: there is no such column") {
		t.Errorf("a column that is not there: %v, want it to name the profile", err)
	}
}
