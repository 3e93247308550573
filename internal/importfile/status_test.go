package importfile

import (
	"fmt"
	"strings"
	"testing"
)

func TestStatusIsPointedOut(t *testing.T) {
	many := make([]string, 20)
	for i := range many {
		many[i] = fmt.Sprintf("since %d", i)
	}
	tests := []struct {
		heading string
		cells   []string
		want    string // the hint behind the heading; empty for none
	}{
		{"Status", []string{"Active", "active", "inactive"}, ` has "Active" 2, "inactive" 1; to leave some out, add for example --where "Status!=inactive"`},
		{"Status", []string{"Terminated", "Terminated", "Active"}, ` has "Terminated" 2, "Active" 1; to leave some out, add for example --where "Status!=Terminated"`},
		{"EMPL_STATUS", []string{"A", "T", "A"}, ` has "A" 2, "T" 1; to leave some out, add --where "EMPL_STATUS!=VALUE"`},
		{"Status [READ ONLY]", []string{"aktiv", "ausgeschieden", ""}, ` has "aktiv" 1, "ausgeschieden" 1, (empty) 1; to leave some out, add for example --where "Status [READ ONLY]!=ausgeschieden"`},
		{"Status (current)", []string{"Active", "Terminated - Voluntary", "Leaver"}, `--where "Status (current)!=Terminated - Voluntary" --where "Status (current)!=Leaver"`},
		{"AssignmentStatus", []string{"Inactive", "Active"}, `!=Inactive"`},
		{"Lifecycle Status", []string{"Terminated", "Terminated"}, ` has "Terminated" 2; to leave some out, add for example`},
		{"Terminated", []string{"Yes", "", ""}, ` has (empty) 2, "Yes" 1; to leave some out, add for example --where "Terminated!=Yes"`},
		{"Account Disabled", []string{"False", "True"}, `--where "Account Disabled!=True"`},
		{"Enabled", []string{"True", "False"}, `--where "Enabled!=False"`},
		{"Active_Status", []string{"1", "0"}, `--where "Active_Status!=0"`},
		{"Suspended", []string{"TRUE", "FALSE"}, `!=TRUE"`},
		{"Archived", []string{"no", "yes"}, `!=yes"`},
		{"Inactive", []string{"x", ""}, `!=x"`},
		{"Aktiv", []string{"ja", "nein"}, `!=nein"`},
		{"Actif", []string{"oui", "non"}, `!=non"`},
		{"Activo", []string{"sí", "no"}, `!=no"`},
		{"Attivo", []string{"vero", "falso"}, `!=falso"`},
		{"Ativo", []string{"Sim", "Não"}, `!=Não"`},
		{"Situation", []string{"Parti", "Présent"}, `!=Parti"`},
		{"Statut du collaborateur", []string{"Actif", "Désactivé"}, `!=Désactivé"`},
		{"Stato dipendente", []string{"In forza", "Cessato"}, `!=Cessato"`},
		{"Situação", []string{"Ativo", "Desligado"}, `!=Desligado"`},
		{"userAccountControl", []string{"512", "514"}, `--where "userAccountControl!=514"`},
		{"Sign-in status", []string{"Allowed", "Blocked"}, `!=Blocked"`},
		{"Block credential", []string{"False", "True"}, `!=True"`},
		{"Status", []string{"Not terminated", "Not active"}, `add for example --where "Status!=Not active"`},
		{"Termination Date", []string{"2026-01-31", "", ""}, " has a date in 1 of 3 lines: look whether these people have left"},
		{"Austrittsdatum", []string{"31.12.2026", "", "1. Mai 2026"}, " has a date in 2 of 3 lines"},
		{"Leave Date", []string{"", "12/31/2026"}, " has a date in 1 of 2 lines"},

		{"Termination Date", []string{"", ""}, ""},
		{"Last Day", []string{"9999-12-31", "9999-12-31"}, ""},
		{"Status", []string{"Active", "active"}, ""},
		{"Status", []string{"", ""}, ""},
		{"Remark", []string{"active", "inactive"}, ""},
		{"Status", many, ""},
		{"Marital Status", []string{"single", "left"}, ""},
		{"MFA enabled", []string{"True", "False"}, ""},
		{"Last Activity", []string{"today", ""}, ""},
		{"Department", []string{"x", ""}, ""},
		{"Representative", []string{"x", ""}, ""},
	}
	for _, test := range tests {
		text := "UPN,Mobile," + test.heading + "\n"
		for i, cell := range test.cells {
			text += fmt.Sprintf("a%d@example.com,+1 20655501%02d,%s\n", i, i, cell)
		}
		got := strings.Join(mustRead(t, text, Options{}).Reading.Status, " / ")
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s of %.200q: hint %q, want %q", test.heading, test.cells, got, test.want)
		}
	}
}

// Each such column has its hint, but not one that a condition names.
func TestEveryStatusIsPointedOut(t *testing.T) {
	const text = "UPN,Mobile,Enabled,Employment Status,Worker Type\n" +
		"a@example.com,+1 2065550101,True,Active,Employee\nb@example.com,+1 2065550102,False,Terminated,Employee\nc@example.com,+1 2065550103,False,Active,Guest\n"
	for condition, want := range map[string]string{
		"": `column 3 "Enabled" has "False" 2, "True" 1; to leave some out, add for example --where "Enabled!=False" / ` +
			`column 4 "Employment Status" has "Active" 2, "Terminated" 1; to leave some out, add for example --where "Employment Status!=Terminated"`,
		"Enabled!=False":       "",
		"Worker Type=Employee": `column 3 "Enabled" has "True" 1, "False" 1;`,
		"Employment Status!=x": `column 3 "Enabled" has`,
	} {
		opts := Options{Where: []string{condition}}
		if condition == "" {
			opts.Where = nil
		}
		got := strings.Join(mustRead(t, text, opts).Reading.Status, " / ")
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("--where %q: hints %q, want %q", condition, got, want)
		}
	}
}
