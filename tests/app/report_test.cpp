// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests::report_test {

using core::base::Value;
using tests::cli;
using tests::TempFolder;

namespace {

const std::string little = R"({"name": "little", "data": {"source": "two-moons", "rows": 120}, "train": {"epochs": 3,
    "threads": 1}})";

Value told(const std::vector<std::string>& arguments, int status = 0)
{
    const tests::Ended ended = cli(arguments);
    INFO(ended.err << ended.out);
    REQUIRE(ended.status == status);
    return ended.json();
}

std::string textOf(const std::filesystem::path& file)
{
    const auto text = core::base::readFile(file);
    REQUIRE(text);
    return *text;
}

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != text.npos;
}

}

TEST_CASE("a run has a report as a page and as a PDF, and one object of what it says")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("little.experiment.json", little);
    const Value run = told({"train", file, "--runs", runs, "--json"});
    const std::string html = folder.path() / "r.html", pdf = folder.path() / "r.pdf";
    const Value report = told({"report", "little-0001", "--runs", runs, "--html", html, "--pdf", pdf, "--json"});
    CHECK(report["digest"] == run["digest"]);
    CHECK(report["steps"] == run["steps"]);
    CHECK(report["status"].text() == "completed");
    CHECK(report["files"].array().size() == 2);
    CHECK(report["certificate"].isNull());
    CHECK(report["test"]["openings"].toInt() == 0);
    const Value evaluated = told({"evaluate", "little-0001", "--runs", runs, "--split", "validation", "--json"});
    CHECK(report["evaluation"]["accuracy"].toReal() == Approx(evaluated["metrics"]["validation/accuracy"].toReal()));
    CHECK(report["evaluation"]["rows"].toInt() == 18);
    bool seen = false;
    for (const Value& setting : report["settings"].array())
        seen = seen || (setting["path"].text() == "train.epochs" && setting["default"].toInt() == 10);
    CHECK(seen);
    const std::string page = textOf(html);
    CHECK(page.size() < 500'000);
    for (const char* part : {"Trained to its end", "Confusion matrix", "No replay of this run is kept", "two-moons",
                             " doctor ", "All ", "Where the time goes", "has not been opened"})
        CHECK(has(page, part));
    const std::string drawn = textOf(pdf);
    CHECK(drawn.starts_with("%PDF-"));
    CHECK(has(drawn, "/ToUnicode")); // its text is text
    CHECK_FALSE(has(drawn, "/Subtype /Image"));
    CHECK(drawn.size() < 1'000'000);
    // What a replay shows is kept with the run, and told.
    told({"replay", "little-0001", "--runs", runs, "--json"});
    const Value again = told({"report", "little-0001", "--runs", runs, "--html", html, "--json"});
    CHECK(again["certificate"]["identical"].toBool());
    CHECK(has(textOf(html), "bit for bit the same"));
    told({"export", "little-0001", "--runs", runs, "--to", "html", folder.path() / "page.html", "--json"});
    CHECK(has(textOf(folder.path() / "page.html"), "bit for bit the same"));
}

TEST_CASE("a fix that was tried stands beside its finding with what came of it")
{
    const TempFolder folder;
    const std::string runs = folder.path();
    const std::string file = folder.file("hot.experiment.json", R"({"name": "hot", "data": {"source": "two-moons",
        "rows": 120}, "model": {"kind": "mlp", "hidden": [16]}, "train": {"epochs": 4, "batch_size": 16, "threads": 1,
        "optimizer": {"kind": "sgd", "lr": 0.0000001}}, "rules": [{"rule": "LearningRateTooLow"}, {"rule": "WeightUpdateRatio"}]})");
    told({"train", file, "--runs", runs, "--json"});
    const Value before = told({"report", "hot-0001", "--runs", runs, "--json"});
    REQUIRE_FALSE(before["findings"].array().empty());
    const Value finding = before["findings"].array()[0];
    const Value fix = finding["fixes"].array()[0];
    const std::string wanted = finding["rule"].text() + "." + fix["key"].text();
    told({"branch", "hot-0001", "--runs", runs, "--fix", wanted, "--json"});
    const Value after = told({"report", "hot-0001", "--runs", runs, "--json"});
    const core::base::Array tried = after["findings"].array()[0]["tried"].array();
    REQUIRE(tried.size() == 1);
    CHECK(tried[0]["run"].text() == "hot-0002");
    CHECK(has(tried[0]["sentence"].text(), "with the change"));
    CHECK(after["branches"].array().empty());
    told({"branch", "hot-0001", "--runs", runs, "--at", "4", "--set", "train.l2=0.5", "--json"});
    CHECK(told({"report", "hot-0001", "--runs", runs, "--quick", "--json"})["branches"].array().size() == 1);
}

TEST_CASE("interrupted, imported and boosted runs have a report as well")
{
    const TempFolder folder;
    const std::string runs = folder.path(), html = folder.path() / "r.html";
    const std::string log = folder.file("log.csv", "step,loss,val_loss\n0,3,3.5\n1,2,2.5\n2,1,2\n");
    const Value imported = told({"runs", "import", log, "--runs", runs, "--json"});
    const std::string id = std::filesystem::path(imported["run"].text()).filename();
    told({"report", id, "--runs", runs, "--html", html, "--json"});
    CHECK(has(textOf(html), "Imported from a log"));
    CHECK(has(textOf(html), "cannot be trained again here"));

    const std::string trees = folder.file("trees.experiment.json", R"({"name": "trees", "data": {"source": "penguins",
        "missing": "mean"}, "model": {"kind": "xgboost", "max_depth": 3}, "train": {"epochs": 6, "threads": 1},
        "rules": [{"rule": "CreateXgboostReport"}]})");
    told({"train", trees, "--runs", runs, "--json"});
    const Value report = told({"report", "trees-0001", "--runs", runs, "--html", html, "--json"});
    CHECK(report["feature_importance"]["gain"].object().size() > 3);
    CHECK(report["evaluation"]["classes"].array().size() == 3);
    for (const char* part : {"Distribution of true labels", "Accuracy of each diagonal element", "ROC", "total gain"})
        CHECK(has(textOf(html), part));
    // The rule leaves its own in the run's folder and says where.
    CHECK(has(textOf(folder.path() / "trees-0001" / "xgboost_report.html"), "Feature importance"));
    const Value rules = told({"rules", "trees-0001", "--runs", runs, "--json"});
    CHECK(has(rules["rules"].array()[0]["details"].text(), "xgboost_report.html"));

    tests::Running run(tests::cliCommand({"train", folder.file("long.experiment.json", R"({"name": "long", "data":
        {"source": "two-moons", "rows": 200}, "train": {"epochs": 100000, "threads": 1}})"),
                                          "--runs", runs, "--json"}));
    REQUIRE(tests::until([&] { return std::filesystem::exists(folder.path() / "long-0001" / "run.h5"); }));
    const Value live = told({"report", "long-0001", "--runs", runs, "--html", html, "--json"});
    CHECK((live["status"].text() == "running" || live["status"].text() == "preparing"));
    CHECK(has(textOf(html), "Still going when this was written"));
    run.signal(SIGINT);
    run.wait();
    told({"report", "long-0001", "--runs", runs, "--html", html, "--json"});
    CHECK(has(textOf(html), "Interrupted after"));
}

TEST_CASE("errors of a report name what is wrong and leave no file")
{
    const TempFolder folder;
    const std::string runs = folder.path(), file = folder.file("little.experiment.json", little);
    told({"train", file, "--runs", runs, "--set", "train.epochs=1", "--json"});
    const std::string html = folder.path() / "r.html";
    CHECK(has(told({"report", "none", "--runs", runs, "--html", html, "--json"}, 2)["error"]["where"].text(), "none"));
    const Value step = told({"report", "little-0001", "--runs", runs, "--html", html, "--at", "77", "--json"}, 3);
    CHECK(has(step["error"]["message"].text(), "77"));
    CHECK_FALSE(std::filesystem::exists(html));
    const std::string nowhere = folder.path() / "no" / "such" / "r.html";
    const Value gone = told({"report", "little-0001", "--runs", runs, "--html", nowhere, "--json"}, 2);
    CHECK(gone["error"]["message"].text().starts_with("there is no such folder"));
    CHECK(told({"report", "little-0001", "--runs", runs, "--html", runs, "--json"}, 2)["error"]["message"]
              .text()
              .starts_with("is a folder"));
}

}
