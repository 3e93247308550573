package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
	"entraphone/internal/heading"
	"entraphone/internal/phonenumber"
	"entraphone/internal/plan"
)

// parser reads numbers as the reading of a file does.
var parser = phonenumber.NewParser(phonenumber.Words{Labels: heading.Labels(), ExtensionMarks: heading.ExtensionMarks(), Empty: heading.IsEmptyNumber})

// rowsOf reads "user type number" triples; the line is the index plus two, as
// under a heading. A number that cannot be read gives a rejected row.
func rowsOf(triples ...string) *authmethod.Rows {
	rows := new(authmethod.Rows)
	for i, triple := range triples {
		f := strings.Fields(triple)
		rows.Append(rowOf(int32(i)+2, f[0], authmethod.PhoneType(f[1]), strings.Join(f[2:], " ")))
	}
	return rows
}

// rowOf is a row as the reading of a file makes it.
func rowOf(line int32, user string, phoneType authmethod.PhoneType, input string) authmethod.Row {
	row := authmethod.Row{Line: line, User: user, PhoneType: phoneType, Input: input}
	parsed := parser.Parse(input, phonenumber.Parts{}, phonenumber.Region{})
	if row.Number = parsed.Number; parsed.Problem != nil {
		row.Findings = &authmethod.Findings{Problems: []authmethod.Problem{*parsed.Problem}}
	}
	return row
}

func describe(rows *authmethod.Rows, p plan.Plan) (lanes []string) {
	for _, lane := range p.Lanes {
		var steps []string
		for _, task := range lane {
			steps = append(steps, fmt.Sprintf("%d:%s", rows.At(task.Row).Line, rows.At(task.Row).PhoneType))
		}
		lanes = append(lanes, strings.Join(steps, " "))
	}
	return lanes
}

func findings(rows *authmethod.Rows, p plan.Plan) map[int]string {
	found := map[int]string{}
	results := authmethod.NewResults(rows, p.Findings)
	for n, row := range rows.All() {
		all := results.Findings(n)
		for _, p := range slices.Concat(all.Problems, all.Notes) {
			found[int(row.Line)] += p.Code.Word() + ";"
		}
	}
	return found
}

func TestBuild(t *testing.T) {
	for _, test := range []struct {
		name      string
		rows      []string
		lanes     []string
		decisions map[authmethod.RowNumber]authmethod.Outcome
		findings  map[int]string
	}{
		{
			name:  "mobile first wherever it stands, lanes in order of first appearance",
			rows:  []string{"b@x office +1 2065550100", "a@x alternateMobile +1 2065550102", "b@x alternateMobile +1 2065550103", "a@x mobile +1 2065550104", "B@X mobile +1 2065550105"},
			lanes: []string{"6:mobile 4:alternateMobile 2:office", "5:mobile 3:alternateMobile"},
		},
		{
			name:      "the same number again is a duplicate of the first row",
			rows:      []string{"a@x mobile +1 2065550101", "A@x mobile +1 (206) 555-0101", "a@x mobile +1 206-555-0101"},
			lanes:     []string{"2:mobile"},
			decisions: map[authmethod.RowNumber]authmethod.Outcome{1: authmethod.Duplicate, 2: authmethod.Duplicate},
			findings:  map[int]string{3: "duplicate;", 4: "duplicate;"},
		},
		{
			name:     "two numbers for one user and type reject both, also with an equal pair among them",
			rows:     []string{"a@x mobile +1 2065550101", "a@x mobile +1 2065550102", "a@x mobile +1 2065550101", "a@x office +1 2065550103"},
			lanes:    []string{"5:office"},
			findings: map[int]string{2: "contradiction;", 3: "contradiction;", 4: "contradiction;"},
		},
		{
			name:      "an alternateMobile waits for a mobile that is rejected, an office phone does not",
			rows:      []string{"a@x alternateMobile +1 2065550102", "a@x mobile 4.47E+11", "a@x office +1 2065550103"},
			lanes:     []string{"4:office"},
			decisions: map[authmethod.RowNumber]authmethod.Outcome{0: authmethod.Dependency},
			findings:  map[int]string{2: "held-back;", 3: "spreadsheet-scientific;"},
		},
		{
			name:      "contradicting mobiles hold the alternateMobile back too",
			rows:      []string{"a@x mobile +1 2065550101", "a@x mobile +1 2065550102", "a@x alternateMobile +1 2065550103"},
			decisions: map[authmethod.RowNumber]authmethod.Outcome{2: authmethod.Dependency},
			findings:  map[int]string{2: "contradiction;", 3: "contradiction;", 4: "held-back;"},
		},
		{
			name:     "a bad mobile beside a good one does not hold back",
			rows:     []string{"a@x mobile oops", "a@x mobile +1 2065550101", "a@x alternateMobile +1 2065550102"},
			lanes:    []string{"3:mobile 4:alternateMobile"},
			findings: map[int]string{2: "letters;"},
		},
		{
			name:     "an alternateMobile alone is sent, with a note",
			rows:     []string{"a@x alternateMobile +1 2065550102"},
			lanes:    []string{"2:alternateMobile"},
			findings: map[int]string{2: "no-mobile;"},
		},
		{
			name:     "one number as mobile and alternateMobile is no second phone",
			rows:     []string{"a@x alternateMobile +1 2065550101", "a@x mobile +1 2065550101"},
			lanes:    []string{"3:mobile 2:alternateMobile"},
			findings: map[int]string{2: "same-number;"},
		},
		{
			name:     "a number of several users is noted on each, one user's own repeat is not",
			rows:     []string{"a@x mobile +1 2065550101", "a@x office +1 2065550101", "b@x mobile +1 2065550102", "c@x mobile +1 2065550102"},
			lanes:    []string{"2:mobile 3:office", "4:mobile", "5:mobile"},
			findings: map[int]string{4: "shared-number;", 5: "shared-number;"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			rows := rowsOf(test.rows...)
			p := plan.Build(rows, plan.Policy{})
			if diff := cmp.Diff(describe(rows, p), test.lanes); diff != "" {
				t.Errorf("lanes (-got +want):\n%s", diff)
			}
			var decisions map[authmethod.RowNumber]authmethod.Outcome
			for _, d := range p.Decisions {
				if decisions == nil {
					decisions = map[authmethod.RowNumber]authmethod.Outcome{}
				}
				decisions[d.Row] = d.Result.Outcome
			}
			if diff := cmp.Diff(decisions, test.decisions); diff != "" {
				t.Errorf("decisions (-got +want):\n%s", diff)
			}
			if test.findings == nil {
				test.findings = map[int]string{}
			}
			if diff := cmp.Diff(findings(rows, p), test.findings); diff != "" {
				t.Errorf("findings (-got +want):\n%s", diff)
			}
		})
	}
}

func TestContradictionNamesTheOtherLines(t *testing.T) {
	rows := rowsOf("a@x mobile +1 2065550101", "a@x mobile +1 2065550101", "a@x mobile +1 2065550102")
	for i := range 9 {
		rows.Append(rowOf(int32(i)+5, "a@x", authmethod.PhoneTypeMobile, fmt.Sprintf("+1 206555011%d", i)))
	}
	results := authmethod.NewResults(rows, plan.Build(rows, plan.Policy{}).Findings)
	for n, want := range map[authmethod.RowNumber]string{
		0: "another mobile on lines 4, 5, 6, 7, 8 and 5 more", // not line 3, which is equal
		2: "another mobile on lines 2, 3, 5, 6, 7 and 6 more",
	} {
		if got := results.Findings(n).Problems[0].Message; !strings.HasSuffix(got, want) {
			t.Errorf("row %d: message %q, want it to end in %q", n, got, want)
		}
	}
	two := rowsOf("a@x mobile +1 2065550101", "a@x mobile +1 2065550102")
	if got := plan.Build(two, plan.Policy{}).Findings[0].Problem.Message; !strings.HasSuffix(got, "on line 3") {
		t.Errorf("message %q, want it to end in %q", got, "on line 3")
	}
}

func TestSharedNumberListsItsUsers(t *testing.T) {
	triples := []string{"first@x mobile +1 2065550101", "Second@x mobile +1 2065550101", "second@x office +1 2065550101"}
	for i := range 30 {
		triples = append(triples, fmt.Sprintf("u%d@x mobile +1 2065550101", i))
	}
	rows := rowsOf(triples...)
	got := plan.Build(rows, plan.Policy{}).Findings[0].Problem.Message
	for _, want := range []string{"32 users share", "first@x (line 2), Second@x (line 3), u0@x (line 5)", "and 22 more"} {
		if !strings.Contains(got, want) {
			t.Errorf("note %q, want it to hold %q", got, want)
		}
	}
}

// Whatever the rows, each one is in exactly one lane, decided, or rejected;
// lanes are of one user, in rank order, with one row a type; and the plan is
// the same every time.
func TestEveryRowHasOnePlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		triples := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			return fmt.Sprintf("%s@x %s %s",
				rapid.SampledFrom([]string{"a", "A", "b", "c", "d"}).Draw(t, "user"),
				rapid.SampledFrom([]string{"mobile", "alternateMobile", "office"}).Draw(t, "type"),
				rapid.SampledFrom([]string{"+1 2065550101", "+12065550101", "+1 2065550102", "bad"}).Draw(t, "number"))
		}), 0, 25).Draw(t, "rows")
		rows := rowsOf(triples...)
		p := plan.Build(rows, plan.Policy{})
		places := make([]int, rows.Len())
		for _, lane := range p.Lanes {
			for n, task := range lane {
				places[task.Row]++
				row, head := rows.At(task.Row), rows.At(lane[0].Row)
				if !strings.EqualFold(row.User, head.User) {
					t.Fatalf("a lane holds %s and %s", head.User, row.User)
				}
				if n > 0 && rows.At(lane[n-1].Row).PhoneType.Rank() >= row.PhoneType.Rank() {
					t.Fatalf("a lane holds %s before %s", rows.At(lane[n-1].Row).PhoneType, row.PhoneType)
				}
			}
		}
		for _, d := range p.Decisions {
			places[d.Row]++
		}
		results := authmethod.NewResults(rows, p.Findings)
		for i := range rows.All() {
			if results.At(i).Outcome == authmethod.Rejected {
				places[i]++
			}
			if places[i] != 1 {
				t.Fatalf("row %d (%s) has %d places, want 1", i, triples[i], places[i])
			}
		}
		again := rowsOf(triples...)
		if diff := cmp.Diff(plan.Build(again, plan.Policy{}), p, cmpopts.EquateComparable(authmethod.PhoneNumber{})); diff != "" {
			t.Fatalf("planned twice (-again +first):\n%s", diff)
		}
	})
}

func ExampleBuild() {
	rows := new(authmethod.Rows)
	rows.Append(rowOf(2, "mia@example.com", authmethod.PhoneTypeAlternateMobile, "+33 6 39 98 00 13"))
	rows.Append(rowOf(3, "mia@example.com", authmethod.PhoneTypeMobile, "+33 6 39 98 00 12"))
	for _, lane := range plan.Build(rows, plan.Policy{}).Lanes {
		for _, task := range lane {
			fmt.Println(rows.At(task.Row).Line, rows.At(task.Row).PhoneType)
		}
	}
	// Output:
	// 3 mobile
	// 2 alternateMobile
}

// What takes back a run holds every row once, whatever they are: what is removed
// first, an alternateMobile before the mobile, and then what is written, the mobile
// before it.
func TestUndo(t *testing.T) {
	rows := rowsOf("a@x mobile +1 2065550101", "b@x office +1 2065550102", "A@x alternateMobile +1 2065550101", "a@x office +1 2065550104")
	const c, u, d = authmethod.Create, authmethod.Update, authmethod.Delete
	for _, test := range []struct {
		verbs []authmethod.Verb
		want  []string
	}{
		{[]authmethod.Verb{d, d, d, d}, []string{"5:office 4:alternateMobile 2:mobile", "3:office"}},
		{[]authmethod.Verb{c, c, c, c}, []string{"2:mobile 4:alternateMobile 5:office", "3:office"}},
		{[]authmethod.Verb{u, c, d, d}, []string{"5:office 4:alternateMobile 2:mobile", "3:office"}},
		{[]authmethod.Verb{u, c, u, c}, []string{"2:mobile 4:alternateMobile 5:office", "3:office"}},
	} {
		var tasks []authmethod.Task
		for n, verb := range test.verbs {
			tasks = append(tasks, authmethod.Task{Row: authmethod.RowNumber(n), Verb: verb, Existing: authmethod.ReplaceExpected})
		}
		lanes := plan.Undo(rows, tasks)
		if diff := cmp.Diff(test.want, describe(rows, plan.Plan{Lanes: lanes})); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.verbs, diff)
		}
		for _, task := range slices.Concat(lanes...) {
			if task != tasks[task.Row] {
				t.Errorf("row %d became %+v, want %+v", task.Row, task, tasks[task.Row])
			}
		}
	}
}

// What the file asks for, and what the run does where the file does not say.
func TestTasks(t *testing.T) {
	const number = " +1 2065550101"
	action := func(triple string, a authmethod.Action, sms authmethod.Verb) authmethod.Row {
		row := *rowsOf(triple).At(0)
		row.Action, row.SMS = a, sms
		if a == authmethod.Remove && !strings.Contains(triple, "with") {
			row.Number = authmethod.PhoneNumber{}
		}
		return row
	}
	rows := new(authmethod.Rows)
	for _, row := range []authmethod.Row{
		action("a@x mobile"+number, authmethod.Upsert, authmethod.None),
		action("b@x mobile"+number, authmethod.CreateOnly, authmethod.None),
		action("c@x mobile"+number, authmethod.UpdateOnly, authmethod.DisableSMS),
		action("d@x mobile"+number, authmethod.Remove, authmethod.EnableSMS),
		action("e@x office"+number, authmethod.AsTheRun, authmethod.EnableSMS),
		action("f@x mobile"+number, authmethod.Skip, authmethod.None),
	} {
		rows.Append(row)
	}
	p := plan.Build(rows, plan.Policy{Existing: authmethod.AddAlternate, SMS: authmethod.EnableSMS})
	var tasks []authmethod.Task
	for _, lane := range p.Lanes {
		tasks = append(tasks, lane...)
	}
	if diff := cmp.Diff([]authmethod.Task{
		{Row: 0, Verb: authmethod.Create, Existing: authmethod.OverwriteExisting, SMS: authmethod.EnableSMS},
		{Row: 1, Verb: authmethod.Create, Existing: authmethod.KeepExisting, SMS: authmethod.EnableSMS},
		{Row: 2, Verb: authmethod.Update, Existing: authmethod.OverwriteExisting, SMS: authmethod.DisableSMS},
		{Row: 3, Verb: authmethod.Delete, Existing: authmethod.OverwriteExisting},
		{Row: 4, Verb: authmethod.Create, Existing: authmethod.AddAlternate},
	}, tasks); diff != "" {
		t.Errorf("tasks (-want +got):\n%s", diff)
	}
	if len(p.Decisions) != 1 || p.Decisions[0].Row != 5 || p.Decisions[0].Result.Reason != authmethod.CodeSkipped {
		t.Errorf("decisions %+v, want that row 5 is skipped", p.Decisions)
	}
}

// Rows of one user that ask for what cannot be done together are all refused.
func TestContradictingActions(t *testing.T) {
	for _, test := range []struct {
		name   string
		rows   []string
		remove []int // of them
		want   map[int]string
		lanes  []string
	}{
		{"written and removed", []string{"a@x mobile +1 2065550101", "a@x mobile +1 2065550101"}, []int{1}, map[int]string{2: "actions;", 3: "actions;"}, nil},
		{"alternate written, mobile removed", []string{"a@x alternateMobile +1 2065550102", "a@x mobile +1 2065550101", "a@x office +1 2065550103"}, []int{1},
			map[int]string{2: "mobile-removed;", 3: "mobile-removed;"}, []string{"4:office"}},
		{"both removed", []string{"a@x mobile +1 2065550101", "a@x alternateMobile +1 2065550102", "a@x office +1 2065550103"}, []int{0, 1}, map[int]string{}, []string{"3:alternateMobile 2:mobile 4:office"}},
		{"an alternate removed", []string{"a@x mobile +1 2065550101", "a@x alternateMobile +1 2065550102"}, []int{1}, map[int]string{}, []string{"3:alternateMobile 2:mobile"}},
	} {
		rows := new(authmethod.Rows)
		for n, row := range rowsOf(test.rows...).All() {
			if slices.Contains(test.remove, int(n)) {
				row.Action = authmethod.Remove
			}
			rows.Append(*row)
		}
		p := plan.Build(rows, plan.Policy{})
		if got := findings(rows, p); fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s: findings %v, want %v", test.name, got, test.want)
		}
		if diff := cmp.Diff(test.lanes, describe(rows, p)); diff != "" {
			t.Errorf("%s: lanes (-want +got):\n%s", test.name, diff)
		}
	}
}
