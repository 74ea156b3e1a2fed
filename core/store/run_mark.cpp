// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/run_mark.h"

#include "core/base/files.h"
#include "core/base/json.h"

#include <algorithm>

namespace core::store {

using base::Array;
using base::Error;
using base::ErrorKind;
using base::Object;
using base::Value;

namespace {

constexpr std::size_t mostBytes = 1 << 16;

std::filesystem::path fileOf(const std::filesystem::path& run)
{
    return run / "mark.json";
}

}

std::optional<bool> RunMark::sickOf(const std::string& rule) const
{
    if (health == Health::Healthy)
        return false;
    if (health == Health::Sick && std::ranges::find(rules, rule) != rules.end())
        return true;
    return std::nullopt;
}

void RunMark::set(const std::string& rule, std::optional<bool> sick)
{
    std::erase(rules, rule);
    if (sick == true)
        rules.push_back(rule);
    if (sick == false)
        rules.clear();
    std::ranges::sort(rules);
    health = sick == false ? Health::Healthy : rules.empty() ? Health::Unknown : Health::Sick;
}

base::Result<RunMark> readMark(const std::filesystem::path& run)
{
    std::error_code none;
    if (!std::filesystem::exists(fileOf(run), none))
        return RunMark{};
    CORE_TRY(text, base::readFile(fileOf(run), mostBytes));
    CORE_TRY(value, base::parseJson(text));
    const auto wrong = [&](const std::string& key) {
        return Error{ErrorKind::Data, "is no mark of a run", fileOf(run).string() + key,
                     "Write {\"health\": \"healthy\"} or {\"health\": \"sick\", \"rules\": [\"Overfit\"]}"};
    };
    RunMark mark;
    if (!value.isObject())
        return wrong({});
    const std::string health = value["health"].isText() ? value["health"].text() : std::string();
    if (health != "healthy" && health != "sick")
        return wrong("#/health");
    mark.health = health == "healthy" ? RunMark::Health::Healthy : RunMark::Health::Sick;
    if (mark.health == RunMark::Health::Healthy)
        return mark;
    const Value& rules = value["rules"];
    if (!rules.isArray())
        return wrong("#/rules");
    for (const Value& rule : rules.array()) {
        if (!rule.isText())
            return wrong("#/rules");
        mark.rules.push_back(rule.text());
    }
    return mark;
}

base::Status writeMark(const std::filesystem::path& run, const RunMark& mark)
{
    if (mark.health == RunMark::Health::Unknown) {
        std::error_code failed;
        std::filesystem::remove(fileOf(run), failed);
        if (failed)
            return base::systemError("removing", fileOf(run), failed.value());
        return base::syncFolder(run);
    }
    Object object{{"health", mark.health == RunMark::Health::Healthy ? "healthy" : "sick"}};
    if (mark.health == RunMark::Health::Sick) {
        Array rules;
        for (const std::string& rule : mark.rules)
            rules.emplace_back(rule);
        object.set("rules", std::move(rules));
    }
    return base::writeFileAtomically(fileOf(run), base::writeJson(object) + "\n");
}

}
