# Registers the nightly import with the Task Scheduler. Run it once, as administrator.
#
# The account is a group managed service account: nobody knows its password. Only it and
# administrators read the secret, and only it writes to the folder of runs:
#
#   icacls C:\ProgramData\entraphone /inheritance:r /grant 'Administrators:(OI)(CI)F' 'CONTOSO\entraphone$:(OI)(CI)M'
#
# The second time is the retry: what the first has done is known by then and costs next
# to nothing. "Last Run Result" is the exit code. Within the single quotes, which change
# nothing, paths stand in double quotes; none may end with a backslash.
$action = New-ScheduledTaskAction `
    -Execute 'C:\Program Files\entraphone\entraphone.exe' `
    -Argument 'import "D:\HR\phones.csv" --config "C:\ProgramData\entraphone\entraphone.yaml" --state "C:\ProgramData\entraphone\state" --client-secret-file "C:\ProgramData\entraphone\client-secret"'
$triggers = @(
    New-ScheduledTaskTrigger -Daily -At '02:15'
    New-ScheduledTaskTrigger -Daily -At '05:15'
)
$settings = New-ScheduledTaskSettingsSet `
    -MultipleInstances IgnoreNew `
    -StartWhenAvailable `
    -ExecutionTimeLimit (New-TimeSpan -Hours 8)
$principal = New-ScheduledTaskPrincipal -UserId 'CONTOSO\entraphone$' -LogonType Password
Register-ScheduledTask -TaskName 'entraphone' -Action $action -Trigger $triggers -Settings $settings -Principal $principal
