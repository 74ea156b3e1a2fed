// SPDX-License-Identifier: GPL-3.0-or-later
// Slurm's commands as small scripts that really start processes.
#pragma once

#include "core/base/files.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <filesystem>

namespace tests {

/// `sbatch`, `squeue` and `scancel` of a folder: jobs are processes that outlive whoever submitted them. A file
/// `refuse` there makes sbatch refuse, a file `silent` makes all of them fail as if the controller was gone.
class FakeSlurm {
public:
    FakeSlurm()
    {
        write("sbatch", R"sh(#!/bin/bash
[ -e "$FAKE_SLURM/silent" ] && { echo "sbatch: error: Unable to contact slurm controller (connect failure)" >&2; exit 1; }
[ -e "$FAKE_SLURM/refuse" ] && { echo "sbatch: error: invalid partition specified: nowhere" >&2; exit 1; }
for word in "$@"; do
    case $word in
    --array=0-*) last=${word#--array=0-} ;;
    --job-name=*) name=${word#--job-name=} ;;
    esac
    script=$word
done
id=1
until mkdir "$FAKE_SLURM/id-$id" 2>/dev/null; do id=$((id + 1)); done
echo "$*" >"$FAKE_SLURM/id-$id/arguments"
for ((i = 0; i <= last; ++i)); do
    job=$FAKE_SLURM/jobs/${id}_$i
    mkdir -p "$job"
    echo "$name" >"$job/name"
    SLURM_ARRAY_TASK_ID=$i setsid bash -c 'echo $$ >"$0/pid.new"; mv "$0/pid.new" "$0/pid"; exec sh "$1"' "$job" "$script" \
        </dev/null >/dev/null 2>&1 &
done
echo "$id"
)sh");
        write("squeue", R"sh(#!/bin/bash
[ -e "$FAKE_SLURM/silent" ] && { echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1; }
for job in "$FAKE_SLURM"/jobs/*; do
    [ -e "$job/name" ] || continue
    task=${job##*/}
    state=PENDING
    if [ -e "$job/pid" ]; then
        read -r _ _ mode _ 2>/dev/null </proc/$(<"$job/pid")/stat || continue
        [ "$mode" = Z ] && continue
        state=RUNNING
    fi
    echo "${task%_*}|${task#*_}|$state|$(<"$job/name")|None"
done
exit 0
)sh");
        write("scancel", R"sh(#!/bin/bash
signal=KILL
for word in "$@"; do
    case $word in
    --state=PENDING) exit 0 ;;
    --signal=TERM) signal=TERM ;;
    --name=*)
        for job in "$FAKE_SLURM"/jobs/*; do
            [ "$(<"$job/name")" = "${word#--name=}" ] && kill -KILL "$(<"$job/pid")" 2>/dev/null
        done
        exit 0
        ;;
    esac
    task=$word
done
kill -$signal "$(<"$FAKE_SLURM/jobs/$task/pid")" 2>/dev/null
exit 0
)sh");
        write("scontrol", "#!/bin/bash\necho 'JobId=1 JobState=NODE_FAIL Reason=None ExitCode=0:9'\n");
    }
    ~FakeSlurm()
    {
        for (const int pid : pids())
            ::kill(pid, SIGKILL);
    }

    std::vector<std::string> command(const std::vector<std::string>& arguments) const
    {
        const char* path = std::getenv("PATH");
        std::vector<std::string> all{"env", "PATH=" + m_folder.path().string() + ":" + (path ? path : "/usr/bin:/bin"),
                                     "FAKE_SLURM=" + m_folder.path().string()};
        const auto rest = cliCommand(arguments);
        all.insert(all.end(), rest.begin(), rest.end());
        return all;
    }
    std::filesystem::path file(const std::string& name) const { return m_folder.path() / name; }
    /// How many arrays were submitted; how many jobs.
    int arrays() const
    {
        int count = 0;
        while (std::filesystem::exists(file("id-" + std::to_string(count + 1))))
            ++count;
        return count;
    }
    int jobs() const
    {
        std::error_code none;
        const auto all = std::filesystem::directory_iterator(file("jobs"), none);
        return none ? 0 : int(std::distance(all, {}));
    }
    /// Of jobs that go now.
    std::vector<int> pids() const
    {
        std::vector<int> all;
        std::error_code none;
        for (const auto& job : std::filesystem::directory_iterator(file("jobs"), none)) {
            const auto text = core::base::readFile(job.path() / "pid");
            const int pid = text ? std::atoi(text->c_str()) : 0;
            const auto stat = core::base::readFile("/proc/" + std::to_string(pid) + "/stat");
            if (pid > 0 && stat && stat->find(") Z") == stat->npos)
                all.push_back(pid);
        }
        return all;
    }

private:
    TempFolder m_folder;

    void write(const std::string& name, const std::string& text) const
    {
        m_folder.file(name, text);
        std::filesystem::permissions(file(name), std::filesystem::perms::owner_all);
    }
};

}
