// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/experiment.h"

#include "core/base/json.h"

#include <algorithm>
#include <set>

namespace core::spec {

using namespace base;

namespace {

// What no single field can see.
void checkTogether(const Value& resolved, std::vector<Error>& problems)
{
    const Experiment experiment = read(resolved);
    const SplitSpec& split = experiment.split;
    const double sum = split.train + split.validation + split.test.value_or(0);
    if (sum > 1 + 1e-9)
        problems.push_back({ErrorKind::Spec, "train, validation and test add up to more than all rows", "/split",
                            "Shares must not exceed 1 together"});
    const auto& stopping = experiment.train.earlyStopping;
    if (stopping && !stopping->metric.starts_with("validation/") && !stopping->metric.starts_with("train_eval/"))
        problems.push_back({ErrorKind::Spec, "\"" + stopping->metric + "\" is not evaluated after an epoch",
                            "/train/early_stopping/metric", "Name one such as validation/loss or validation/accuracy"});
    if (stopping && stopping->metric.starts_with("validation/") && split.validation == 0)
        problems.push_back({ErrorKind::Spec, "early stopping watches the validation split, which is empty",
                            "/split/validation", "Give it a share, such as 0.15"});
    // A field with a problem has lost its value: nothing can be said of it and others together.
    if (std::ranges::none_of(problems, [](const Error& problem) { return problem.where.starts_with("/capture"); }))
        checkCapture(experiment.capture, problems);
}

}

namespace {

// A round of an estimator takes all training rows, whatever is asked for.
void takeAllRows(const Value& given, Checked& checked)
{
    const std::pair<const char*, Value> whole[] = {
        {"train.batch_size", "full"}, {"train.accumulate", 1}, {"train.drop_last", false}};
    for (const auto& [path, value] : whole) {
        const Value* asked = given.at(path);
        if (asked && !(*asked == value) && *asked == *checked.value.at(path))
            checked.notes.push_back(std::string(path) + " does not apply to " + checked.value["model"]["kind"].text() +
                                    ": each of its steps is a round over all training rows");
        (void)checked.value.setAt(path, value);
    }
}

}

Checked resolve(const Value& given, const CheckContext& context)
{
    Checked checked = check(experimentFields().schema(), given, "", context);
    const Family* estimators = context.catalog.find("estimators");
    if (estimators && estimators->find(checked.value["model"]["kind"].text()))
        takeAllRows(given, checked);
    checkTogether(checked.value, checked.problems);
    return checked;
}

Result<std::pair<std::string, Value>> parseSet(std::string_view assignment)
{
    const auto equals = assignment.find('=');
    if (equals == assignment.npos || equals == 0)
        return Error{ErrorKind::Usage, "\"" + std::string(assignment) + "\" is no PATH=VALUE", "--set",
                     "Write it as train.optimizer.lr=0.1"};
    const std::string_view text = assignment.substr(equals + 1);
    const auto json = parseJson(text);
    return std::pair(std::string(assignment.substr(0, equals)), json ? *json : Value(text));
}

Status applySet(Value& tree, std::string_view assignment)
{
    CORE_TRY(change, parseSet(assignment));
    Status set = tree.setAt(change.first, change.second);
    if (set)
        return {};
    Error error = std::move(set).error();
    error.where = "--set " + std::string(assignment);
    return error;
}

Result<Value> load(const std::filesystem::path& file, const std::vector<std::string>& sets, const Catalog& catalog,
                   std::vector<std::string>* notes)
{
    Value tree = Object{};
    if (!file.empty()) {
        auto text = readJson(file);
        if (!text) {
            Error error = std::move(text).error();
            error.kind = ErrorKind::Spec;
            return error;
        }
        tree = std::move(*text);
    }
    if (!tree.isObject())
        return Error{ErrorKind::Spec, "is " + std::string(tree.typeName()) + ", not an object", file.string(),
                     "An experiment is written in braces: {…}"};
    // Relative paths start at the file, those of --set too.
    std::error_code ignored;
    const auto folder =
        file.empty() ? std::filesystem::current_path(ignored) : std::filesystem::absolute(file, ignored).parent_path();
    for (const std::string& set : sets)
        CORE_CHECK(applySet(tree, set));
    tree.object().erase("$schema");
    Checked checked = resolve(tree, {catalog, folder});
    if (!checked.problems.empty())
        return checked.problems.front();
    if (notes)
        *notes = std::move(checked.notes);
    return std::move(checked.value);
}

Experiment read(const Value& resolved)
{
    return experimentFields().read(resolved);
}

namespace {

void compare(const Value& before, const Value& after, const std::string& path, std::vector<Difference>& found)
{
    if (before == after)
        return;
    if (!before.isObject() || !after.isObject()) {
        found.push_back({path, before, after});
        return;
    }
    const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
    for (const auto& [key, value] : before.object())
        compare(value, after[key], below(key), found);
    for (const auto& [key, value] : after.object())
        if (!before.object().find(key))
            compare({}, value, below(key), found);
}

}

std::vector<Difference> difference(const Value& before, const Value& after)
{
    std::vector<Difference> found;
    compare(before, after, "", found);
    return found;
}

std::vector<Difference> wholeDifference(const Value& before, const Value& after)
{
    std::vector<Difference> whole;
    constexpr std::string_view kind = ".kind";
    for (Difference& each : difference(before, after)) {
        if (!whole.empty() && each.path.starts_with(whole.back().path + "."))
            continue;
        if (each.path.ends_with(kind)) {
            each.path.resize(each.path.size() - kind.size());
            const Value *was = before.at(each.path), *is = after.at(each.path);
            each.before = was ? *was : Value{};
            each.after = is ? *is : Value{};
            std::erase_if(whole, [&](const Difference& other) { return other.path.starts_with(each.path + "."); });
        }
        whole.push_back(std::move(each));
    }
    return whole;
}

}
