// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/instances.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace tests::instances_test {

using namespace core::jobs;

namespace {

PriceTable shipped()
{
    const auto table = readPriceTable(std::string(DESCENT_SOURCE_DIR) + "/resources/tables/instances.json");
    REQUIRE(table);
    return *table;
}

std::string choiceOf(const MeasuredProfile& profile)
{
    const DeviceAdvice advice = adviseDevices(profile, shipped());
    CHECK_FALSE(advice.reason.empty());
    CHECK(shipped().forTraining(advice.instance));
    return advice.choice;
}

}

TEST_CASE("the shipped table has the families, a day, and says that its prices are to be checked")
{
    const PriceTable table = shipped();
    CHECK(table.date.size() == 10);
    CHECK(table.source.find("Check") != std::string::npos);
    for (const std::string family : {"m5", "c5", "g4dn", "g5", "p3", "p4d", "p5", "trn1", "inf1", "inf2"}) {
        INFO(family);
        CHECK(std::ranges::any_of(table.instances,
                                  [&](const Instance& row) { return row.name.starts_with("ml." + family + "."); }));
    }
    for (const Instance& row : table.instances) {
        INFO(row.name);
        CHECK(row.pricePerHour > 0);
        CHECK((row.devices > 0) == (!row.device.empty() && row.deviceMemoryGb > 0));
        CHECK(row.spotPricePerHour.has_value() == row.notForTraining.empty());
    }
}

TEST_CASE("what only infers is refused with the reason, and an unknown name with the nearest")
{
    const auto refused = shipped().forTraining("ml.inf1.xlarge");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "/job/instance");
    CHECK(refused.error().message.find("only infer") != std::string::npos);
    const auto unknown = shipped().forTraining("ml.m5.larg");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().advice.find("Did you mean \"ml.m5.large\"") != std::string::npos);
    CHECK(shipped().forTraining("ml.p4d.24xlarge")->devices == 8);
}

TEST_CASE("the user's own file lies over the shipped one")
{
    const tests::TempFolder folder;
    const auto file = folder.file("instances.json", R"({"date": "2026-11-01", "source": "mine", "instances": [
        {"name": "ml.m5.large", "price_per_hour": 0.2}, {"name": "lab", "vcpus": 64, "price_per_hour": 0}]})");
    const auto own = readPriceTable(file);
    REQUIRE(own);
    const PriceTable both = merged(shipped(), *own);
    CHECK(both.forTraining("ml.m5.large")->pricePerHour == 0.2);
    CHECK(both.forTraining("lab")->vcpus == 64);
    CHECK(both.date == "2026-11-01");
    CHECK(both.instances.size() == shipped().instances.size() + 1);
    const auto where = [&](const std::string& text) {
        const auto read = readPriceTable(folder.file("wrong.json", text));
        REQUIRE_FALSE(read);
        return read.error().where.substr(read.error().where.find(": ") + 2);
    };
    CHECK(where(R"({"instances": []})") == "/date");
    CHECK(where(R"({"date": "2026-01-01", "instances": [{"name": "a", "price_per_hour": -1}]})") ==
          "/instances/0/price_per_hour");
    CHECK(where(R"({"date": "2026-01-01", "instances": [{"name": "a", "price": 1}]})") == "/instances/0/price");
    CHECK(where(R"({"date": "2026-01-01", "instances": [{"name": "a"}, {"name": "a"}]})") == "/instances/1/name");
}

TEST_CASE("a price that a person changes is kept in their own file, over the shipped one")
{
    const tests::TempFolder folder;
    const auto file = folder.path() / "below" / "mine.json";
    ::setenv("DESCENT_INSTANCES", file.c_str(), 1);
    Instance row = *shipped().forTraining("ml.m5.large");
    row.pricePerHour = 0.5;
    REQUIRE(keepOwnPrice(row, "2026-11-02"));
    row.spotPricePerHour.reset();
    REQUIRE(keepOwnPrice(row, "2026-11-03"));
    const auto table = priceTable();
    REQUIRE(table);
    CHECK(*table->forTraining("ml.m5.large") == row);
    CHECK(table->date == "2026-11-03");
    CHECK(table->own == file.string());
    CHECK(readPriceTable(file)->instances.size() == 1);
    row.spotPricePerHour = 9;
    CHECK_FALSE(keepOwnPrice(row, "2026-11-04"));
    CHECK(priceTable()->date == "2026-11-03");
    ::unsetenv("DESCENT_INSTANCES");
}

TEST_CASE("devices are advised from what was measured")
{
    CHECK(choiceOf({.trees = true, .cpuSeconds = 1e6}) == "cpu");
    CHECK(choiceOf({.cpuSeconds = 60, .modelGb = 0.1}) == "cpu");
    CHECK(choiceOf({.cpuSeconds = 7200, .speedUp = 1.3, .modelGb = 0.1}) == "cpu");
    CHECK(choiceOf({.cpuSeconds = 7200, .speedUp = 8, .modelGb = 4}) == "one_gpu");
    CHECK(choiceOf({.cpuSeconds = 1e6, .speedUp = 10, .modelGb = 4}) == "several_gpus");
    CHECK(choiceOf({.cpuSeconds = 7200, .speedUp = 8, .modelGb = 4, .dataGb = 500}) == "several_gpus");
    CHECK(choiceOf({.cpuSeconds = 7200, .modelGb = 200}) == "pipeline");
    const DeviceAdvice advice =
        adviseDevices({.cpuSeconds = 7200, .speedUp = 8, .dataWait = 0.6, .modelGb = 4}, shipped());
    CHECK(advice.first.find("60 %") != std::string::npos);
    CHECK(advice.instance == "ml.g4dn.xlarge");
}

}
