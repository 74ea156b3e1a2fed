// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/one_node_slurm.h"

#include "core/base/files.h"
#include "tests/support/program.h"

#include <fstream>
#include <unistd.h>

namespace tests {

namespace {

bool ran(const std::vector<std::string>& command)
{
    Running running(command);
    return running.wait(30).status == 0;
}

std::string whereIs(const std::string& name)
{
    for (const char* folder : {"/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/"})
        if (::access((folder + name).c_str(), X_OK) == 0)
            return folder + name;
    return {};
}

}

OneNodeSlurm::OneNodeSlurm()
{
    if (::geteuid() != 0)
        m_missing = "starting Slurm needs root";
    for (const char* name : {"munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol"})
        if (m_missing.empty() && whereIs(name).empty())
            m_missing = std::string(name) + " is not installed (Debian's slurm-wlm has it)";
    if (!m_missing.empty())
        return;
    const auto& folder = m_folder.path();
    const std::string at = folder.string();
    // munged trusts no folder that others may write to.
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
    for (const char* each : {"spool", "state", "munge"})
        std::filesystem::create_directories(folder / each);
    std::string key;
    for (int i = 0; i < 1024; ++i)
        key += char('a' + (i * 7 + int(::getpid())) % 26);
    m_folder.file("munge/key", key);
    std::filesystem::permissions(folder / "munge/key", std::filesystem::perms::owner_read);
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    const std::string name = std::string(host).substr(0, std::string(host).find('.'));
    const int port = 20000 + int(::getpid()) % 20000;
    std::ofstream(folder / "slurm.conf")
        << "ClusterName=one\nSlurmctldHost=" << name
        << "(127.0.0.1)\nSlurmUser=root\nAuthType=auth/munge\nAuthInfo=socket=" << at
        << "/munge/socket\nCredType=cred/munge\nSlurmctldPort=" << port << "\nSlurmdPort=" << port + 1
        << "\nSlurmctldPidFile=" << at << "/slurmctld.pid\nSlurmdPidFile=" << at
        << "/slurmd.pid\nSlurmctldLogFile=" << at << "/slurmctld.log\nSlurmdLogFile=" << at
        << "/slurmd.log\nSlurmdSpoolDir=" << at << "/spool\nStateSaveLocation=" << at
        << "/state\nProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nSchedulerType=sched/backfill\n"
           "SelectType=select/cons_tres\nSelectTypeParameters=CR_Core\nSlurmdParameters=config_overrides\n"
           "JobAcctGatherType=jobacct_gather/none\nAccountingStorageType=accounting_storage/none\nReturnToService=2\n"
           "MailProg=/bin/true\nKillWait=10\nSchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0\n"
           "NodeName="
        << name << " NodeAddr=127.0.0.1 CPUs=4 RealMemory=1000 State=UNKNOWN\nPartitionName=all Nodes=" << name
        << " Default=YES MaxTime=INFINITE State=UP\n";
    const std::string config = at + "/slurm.conf";
    if (!ran({whereIs("munged"), "--force", "--key-file=" + at + "/munge/key", "--socket=" + at + "/munge/socket",
              "--pid-file=" + at + "/munged.pid", "--log-file=" + at + "/munged.log",
              "--seed-file=" + at + "/munge/seed"}))
        m_missing = "munged does not start";
    else if (!ran({whereIs("slurmctld"), "-c", "-f", config}))
        m_missing = "slurmctld does not start";
    else if (!ran({whereIs("slurmd"), "-c", "-f", config}))
        m_missing = "slurmd does not start";
    else if (!until(
                 [&] {
                     Running looks(command({"sinfo", "--noheader", "--format=%T"}));
                     const Ended ended = looks.wait(10);
                     return ended.status == 0 && ended.out.find("idle") != std::string::npos;
                 },
                 30))
        m_missing = "its node does not get ready";
}

OneNodeSlurm::~OneNodeSlurm()
{
    for (const char* name : {"slurmd.pid", "slurmctld.pid", "munged.pid"})
        if (const auto text = core::base::readFile(m_folder.path() / name)) {
            const int pid = std::atoi(text->c_str());
            if (pid > 1 && ::kill(pid, SIGTERM) == 0)
                until([&] { return ::kill(pid, 0) != 0; }, 10);
        }
}

}
