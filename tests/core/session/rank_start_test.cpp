// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks that hang before they have met the others.
#include "tests/support/torch_test.h"

#include "core/session/ranks.h"
#include "core/store/run_record.h"
#include "tests/support/sessions.h"

#include <cstdlib>

namespace tests::rank_start {

namespace {

// Two ranks, the second started by a script: the first time it never comes, then it does.
struct Started {
    TempFolder folder;
    std::shared_ptr<session::RankSet> ranks;
    std::unique_ptr<Session> run;

    explicit Started(const std::string& onFailure, double startS)
    {
        base::Value spec = moons(5, 1);
        for (const auto& [path, value] :
             std::vector<std::pair<std::string, base::Value>>{{"distributed.strategy", "ddp"},
                                                              {"distributed.world_size", std::int64_t(2)},
                                                              {"distributed.on_failure", onFailure},
                                                              {"distributed.max_restarts", std::int64_t(1000)}})
            REQUIRE(spec.setAt(path, value));
        const char* programs = std::getenv("DESCENT_BIN");
        const std::string program = (programs ? std::string(programs) : DESCENT_BINARY_DIR "/bin") + "/descent-cli";
        const std::string script =
            "mkdir " + folder.path().string() + "/hung && exec sleep 600; exec " + program + " rank-worker \"$@\"";
        ranks = session::RankSet::launch({"/bin/sh", "-c", script, "rank"}, 2, 20, startS, onFailure == "replace");
        session::Options options{folder.path() / "runs", "cpu"};
        options.meet = [ranks = ranks](const std::filesystem::path& run) { return ranks->meet(run); };
        auto made = Session::create(spec, options);
        if (!made)
            FAIL(base::describe(made.error()));
        run = std::move(*made);
        run->start();
    }

    std::string notices() const
    {
        const auto record = store::readRun(run->folder());
        REQUIRE(record);
        std::string told;
        for (const events::Event& event : record->events)
            if (const auto* notice = std::get_if<events::Notice>(&event))
                told += base::describe(notice->error) + "\n";
        return told;
    }
};

}

TEST_CASE("a rank that hangs while it starts is named and replaced")
{
    // Where a start takes longer than this the new one is replaced as well, until one is quick enough.
    const Started started("replace", 5);
    const events::RunFinished end = started.run->wait();
    INFO(base::describe(end.error));
    REQUIRE(end.state == events::RunState::Completed);
    const std::string told = started.notices();
    INFO(told);
    CHECK(told.find("rank 1 of 2 has not come within 5 s") != std::string::npos);
    CHECK(told.find("Restart 1, ") != std::string::npos);
    CHECK(started.ranks->told().size() == 2);
}

TEST_CASE("the others go on without a rank that hangs while it starts, where that is wanted")
{
    const Started started("survivors", 0.5);
    const events::RunFinished end = started.run->wait();
    INFO(base::describe(end.error));
    REQUIRE(end.state == events::RunState::Completed);
    CHECK(started.notices().find("rank 1 of 2 has not come within 0.5 s") != std::string::npos);
    CHECK(started.ranks->told().size() == 1);
}

TEST_CASE("without a policy a rank that hangs while it starts ends the run with a clear error")
{
    const Started started("stop", 0.5);
    const events::RunFinished end = started.run->wait();
    CHECK(end.state == events::RunState::Failed);
    INFO(base::describe(end.error));
    CHECK(end.error.message == "rank 1 of 2 has not come within 0.5 s");
    CHECK(end.error.advice.find("rank-1.log of the run") != std::string::npos);
    CHECK(end.error.advice.find("launch --start-timeout") != std::string::npos);
}

}
