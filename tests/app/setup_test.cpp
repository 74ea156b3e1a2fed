// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests::setup_test {

using core::base::Value;
using tests::Ended;
using tests::Running;
using tests::TempFolder;
namespace fs = std::filesystem;

namespace {

const char* const program = R"(#!/bin/sh
echo "progress" >&2
mkdir -p "$DESCENT_RUNS/one"
echo "{\"run\": \"$DESCENT_RUNS/one\", \"status\": \"completed\", \"epochs\": 1, \"steps\": 2, \"train_seconds\": 3, \"said\": \"$*\"}"
exit ${PROGRAM_STATUS:-0}
)";

const char* const window = R"(#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" != --screenshot ] || echo picture >"$2"; shift; done
)";

// A checkout with the real scripts, where cmake and ninja only write down that they were called
// and the programs that they would have built are there already.
class Checkout {
public:
    Checkout()
    {
        for (const char* name : {"app/run", "app/setup", "app/requirements.txt", "app/requirements-cuda.txt",
                                 "app/requirements-data.txt", "tests/requirements.txt"}) {
            fs::create_directories((root() / name).parent_path());
            fs::copy_file(fs::path(DESCENT_SOURCE_DIR) / name, root() / name);
        }
        for (const char* tool : {"cmake", "ninja"})
            script("tools/" + std::string(tool),
                   "#!/bin/sh\necho " + std::string(tool) + " >>" + (root() / "calls").string() + "\nmkdir -p " +
                       (root() / "build").string() + "\ntouch " + (root() / "build/build.ninja").string() + "\n");
        script("build/bin/descent-cli", program);
        script("build/bin/descent", window);
        fs::create_directories(root() / "torch/include/ATen");
        script("torch/lib/libtorch_cpu.so", "");
    }

    const fs::path& root() const { return m_folder.path(); }

    void script(const std::string& name, const std::string& text) const
    {
        fs::create_directories((root() / name).parent_path());
        m_folder.file(name, text);
        fs::permissions(root() / name, fs::perms::owner_all);
    }

    std::vector<std::string> command(const std::vector<std::string>& arguments,
                                     const std::vector<std::string>& environment = {}) const
    {
        std::vector<std::string> all{"/usr/bin/env",
                                     "-u",
                                     "DISPLAY",
                                     "-u",
                                     "WAYLAND_DISPLAY",
                                     "-u",
                                     "DESCENT_RUNS",
                                     "DESCENT_APT=0",
                                     "DESCENT_CUDA=0",
                                     "PATH=" + (root() / "tools").string() + ":" + std::getenv("PATH"),
                                     "DESCENT_DATASETS=" + (root() / "datasets").string(),
                                     "DESCENT_TORCH_ROOT=" + (root() / "torch").string()};
        all.insert(all.end(), environment.begin(), environment.end());
        all.push_back(root() / "app/run");
        all.insert(all.end(), arguments.begin(), arguments.end());
        return all;
    }

    Ended run(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {}) const
    {
        return Running(command(arguments, environment)).wait(60);
    }

    std::string calls() const
    {
        std::ifstream file(root() / "calls");
        std::string all;
        for (std::string line; std::getline(file, line);)
            all += (all.empty() ? "" : " ") + line;
        return all;
    }

private:
    TempFolder m_folder;
};

// `status kind where` of a set-up that fails.
std::string failure(const Ended& ended)
{
    INFO(ended.out << ended.err);
    const Value error = ended.json()["error"];
    CHECK(ended.err.find(error["where"].text()) != std::string::npos);
    return std::to_string(ended.status) + " " + error["kind"].text() + " " +
           fs::path(error["where"].text()).filename().string();
}

}

TEST_CASE("app/run passes arguments on and ends with the program's status")
{
    const Checkout checkout;
    const Ended ended = checkout.run({"train", "a b", "--json"}, {"PROGRAM_STATUS=3"});
    CHECK(ended.status == 3);
    CHECK(ended.json()["said"].text() == "train a b --json");
    CHECK(ended.json()["run"].text() == (checkout.root() / "build/runs/one").string());
    CHECK(checkout.calls() == "cmake ninja");
}

TEST_CASE("a second call configures nothing, another LibTorch does")
{
    const Checkout checkout;
    checkout.run({"doctor"});
    checkout.run({"doctor"});
    CHECK(checkout.calls() == "cmake ninja ninja");
    fs::copy(checkout.root() / "torch", checkout.root() / "other", fs::copy_options::recursive);
    checkout.run({"doctor"}, {"DESCENT_TORCH_ROOT=" + (checkout.root() / "other").string()});
    CHECK(checkout.calls() == "cmake ninja ninja cmake ninja");
}

TEST_CASE("without a display the sample is trained and its plots are drawn")
{
    const Checkout checkout;
    for (const char* stale : {"DISPLAY=", "DISPLAY=:4711"}) {
        const Ended ended = checkout.run({}, {stale});
        INFO(ended.out << ended.err);
        CHECK(ended.status == 0);
        for (const char* plot : {"build/runs/one/train.png", "build/runs/one/train-dark.png"}) {
            CHECK(ended.out.find((checkout.root() / plot).string()) != std::string::npos);
            CHECK(fs::remove(checkout.root() / plot));
        }
    }
    const Ended json = checkout.run({"--json"});
    CHECK(json.json()["status"].text() == "completed");
    CHECK(fs::exists(checkout.root() / "build/runs/one/train.png"));
}

TEST_CASE("a signal to app/run reaches the training once and its status comes back")
{
    const Checkout checkout;
    checkout.script("build/bin/descent-cli", "#!/bin/sh\ntrap 'echo signal >>" + (checkout.root() / "calls").string() +
                                                 "; echo \"{}\"; kill $!; exit 143' TERM\ntail -f /dev/null &\ntouch " +
                                                 (checkout.root() / "going").string() + "\nwait\n");
    Running running(checkout.command({}));
    REQUIRE(tests::until([&] { return fs::exists(checkout.root() / "going"); }));
    running.signal(SIGTERM);
    CHECK(running.wait(30).status == 143);
    CHECK(checkout.calls() == "cmake ninja signal");
}

TEST_CASE("a set-up that cannot go on says what, where and what to do")
{
    const Checkout checkout;
    CHECK(failure(checkout.run({"doctor", "--json"}, {"DESCENT_TORCH_ROOT=/nowhere"})) == "2 usage nowhere");
    CHECK(failure(checkout.run({"doctor", "--json"}, {"DESCENT_TORCH_ROOT=", "DESCENT_CUDA=perhaps"})) ==
          "2 usage the environment");
    checkout.script("tools/ninja", "#!/bin/sh\nexit 1\n");
    CHECK(failure(checkout.run({"doctor", "--json"})) == "4 internal build");
    fs::remove_all(checkout.root() / "build");
    checkout.script("build", "a file");
    CHECK(failure(checkout.run({"doctor", "--json"})) == "5 resource build");
}

TEST_CASE("LibTorch is whole or absent")
{
    const Checkout checkout;
    // Stands for a Python whose pip unpacks into the folder after --target, and fails when it is told to.
    checkout.script("tools/python", R"(#!/bin/sh
[ "$1" = -m ] || exit 0
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/torch/lib" && touch "$2/torch/lib/libtorch_cpu.so"
echo pip >>)" + (checkout.root() / "calls").string() +
                                        "\nexit ${PIP_STATUS:-0}\n");
    const std::vector<std::string> environment{"DESCENT_TORCH_ROOT=",
                                               "PYTHON=" + (checkout.root() / "tools/python").string()};
    auto broken = environment;
    broken.push_back("PIP_STATUS=1");
    CHECK(failure(checkout.run({"doctor", "--json"}, broken)) == "5 resource build");
    CHECK_FALSE(fs::exists(checkout.root() / "build/torch"));
    CHECK_FALSE(fs::exists(checkout.root() / "build/torch.partial"));

    const Ended ended = checkout.run({"doctor"}, environment);
    CHECK(ended.out.find("torch==2.11.0") < ended.out.find("progress"));
    CHECK(fs::exists(checkout.root() / "build/torch/torch/lib/libtorch_cpu.so"));
    checkout.run({"doctor"}, environment);
    CHECK(checkout.calls() == "pip pip cmake ninja ninja");
}

TEST_CASE("the small real data sets are fetched once, pruned to their files, and missed by nobody")
{
    const Checkout checkout;
    const std::string called = "echo pip >>" + (checkout.root() / "calls").string() + "\nexit ${PIP_STATUS:-0}\n";
    checkout.script("tools/python", R"sh(#!/bin/sh
[ "$1" = -m ] || exit 0
while [ "$1" != --target ]; do shift; done
for file in vega_datasets/_data/cars.json statsmodels/datasets/co2/co2.csv statsmodels/big/library.so; do
    mkdir -p "$2/$(dirname $file)" && echo content >"$2/$file"
done
)sh" + called);
    const std::vector<std::string> environment{"DESCENT_DATASETS=",
                                               "PYTHON=" + (checkout.root() / "tools/python").string()};
    auto offline = environment;
    offline.push_back("PIP_STATUS=1");
    const Ended without = checkout.run({"doctor"}, offline);
    INFO(without.out << without.err);
    CHECK(without.status == 0);
    CHECK(without.out.find("going on without cars") != std::string::npos);
    CHECK_FALSE(fs::exists(checkout.root() / "build/datasets"));

    CHECK(checkout.run({"doctor"}, environment).out.find("statsmodels==") != std::string::npos);
    CHECK(fs::exists(checkout.root() / "build/datasets/vega_datasets/_data/cars.json"));
    CHECK(fs::exists(checkout.root() / "build/datasets/statsmodels/datasets/co2/co2.csv"));
    CHECK_FALSE(fs::exists(checkout.root() / "build/datasets/statsmodels/big"));
    checkout.run({"doctor"}, environment);
    CHECK(checkout.calls() == "pip cmake ninja pip ninja ninja");
}

TEST_CASE("both commands tell what they take, and set nothing up for it")
{
    const Checkout checkout;
    fs::copy_file(fs::path(DESCENT_SOURCE_DIR) / "tests/run", checkout.root() / "tests/run");
    for (const std::string script : {"app/run", "tests/run"}) {
        const Ended ended = Running({checkout.root() / script, "--help"}).wait();
        INFO(ended.err);
        CHECK(ended.status == 0);
        CHECK(ended.out.starts_with(script + " ["));
    }
    CHECK_FALSE(fs::exists(checkout.root() / "calls"));
}

}
