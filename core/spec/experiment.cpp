// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/experiment.h"

#include "core/spec/kinds.h"

#include "core/base/json.h"
#include "core/spec/channels.h"
#include "core/spec/freeze.h"
#include "core/spec/job.h"
#include "core/spec/profiler.h"

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
    if (stopping && stopping->metric.starts_with("validation/") && split.validation == 0 &&
        experiment.data.channels.validation.empty())
        problems.push_back({ErrorKind::Spec, "early stopping watches the validation split, which is empty",
                            "/split/validation", "Give it a share, such as 0.15"});
    checkChannels(experiment, problems);
    if (const auto freeze = freezeOf(modelFields().read(experiment.model.params).freeze); !freeze)
        problems.push_back(freeze.error());
    for (std::size_t i = 0; i < experiment.data.classes.size(); ++i)
        if (const Value& one = experiment.data.classes[i]; !one.isText() && !one.isInt())
            problems.push_back({ErrorKind::Spec, "is " + std::string(one.typeName()) + ", not a class",
                                "/data/classes/" + std::to_string(i), "Write its name, or its number from 0"});
    // A field with a problem has lost its value: nothing can be said of it and others together.
    if (std::ranges::none_of(problems, [](const Error& problem) { return problem.where.starts_with("/capture"); }))
        checkCapture(experiment.capture, problems);
    checkRules(experiment.rules, problems);
}

}

namespace {

// The settings that a model of another family than `onlyFor` does not take, by dotted path.
void notTaken(const Schema& schema, const std::string& family, const std::string& above,
              std::vector<std::string>& paths)
{
    for (const Field& field : schema.fields) {
        if (!field.onlyFor.empty() && field.onlyFor != family)
            paths.push_back(above + field.key);
        else if (const Group* group = std::get_if<Group>(&field.domain))
            notTaken(*group->schema, family, above + field.key + ".", paths);
    }
}

// Estimators take all training rows in a round, and say of no other setting what is asked for.
void fitToEstimator(const Value& given, const CheckContext& context, Checked& checked)
{
    const Value usual = check(experimentFields().schema(), Object{}, "", context).value;
    std::vector<std::string> paths;
    notTaken(experimentFields().schema(), "estimators", "", paths);
    for (const std::string& path : paths) {
        const Value* now = checked.value.at(path);
        if (path == "train.batch_size" && *now == Value("full"))
            continue;
        // Its class weights do.
        if (path == "train.loss" && (*now)["kind"].text() == "cross_entropy")
            continue;
        if (given.at(path) && !(*now == *usual.at(path)))
            checked.notes.push_back(path + " does not apply to " + checked.value["model"]["kind"].text() +
                                    ": each step is a round that learns from all training rows by itself");
    }
    for (const auto& [path, value] : {std::pair<const char*, Value>{"train.batch_size", "full"},
                                      {"train.accumulate", 1},
                                      {"train.drop_last", false}})
        (void)checked.value.setAt(path, value);
}

// Another kind leaves behind what only the one before it knew, as in the form.
void exchangeKind(Value& tree, std::string_view path, const std::string& before, const Catalog& catalog)
{
    const std::string_view at = path.substr(0, path.size() - std::string_view(".kind").size());
    const Field* field = fieldAt(experimentFields().schema(), tree, at, catalog);
    const OneOf* domain = field ? std::get_if<OneOf>(&field->domain) : nullptr;
    const Family* family = domain ? catalog.find(domain->family) : nullptr;
    const Value* part = tree.at(at);
    const Entry* was = family ? family->find(before) : nullptr;
    const Entry* now = family && part ? family->find((*part)["kind"].text()) : nullptr;
    if (!was || !now)
        return;
    Object kept;
    for (const auto& [key, value] : part->object())
        if (now->schema.find(key) || !was->schema.find(key))
            kept.set(key, value);
    (void)tree.setAt(at, std::move(kept));
}

// Who trains on several ranks and asks for no rules is told of what goes wrong among them as well.
bool watchRanks(Value& given, const Value& resolved)
{
    if (!given.isObject() || given.object().find("rules") || experimentFields().read(resolved).distributed.ranks() < 2)
        return false;
    base::Array rules = resolved["rules"].array();
    for (const char* rule :
         {"ReplicasDiffer", "SameRowsOnRanks", "BatchNormNotSynchronized", "RateNotScaled", "SlowRank"})
        rules.push_back(Object{{"rule", rule}});
    given.object().set("rules", std::move(rules));
    return true;
}

}

Status chooseKind(Value& tree, const std::string& path, const Value& kind, const Catalog& catalog)
{
    const Value* part = tree.at(path);
    if (part && part->isText())
        CORE_CHECK(tree.setAt(path, Object{{"kind", *part}}));
    const Value* before = tree.at(path + ".kind");
    const std::string was = before ? before->text() : std::string();
    CORE_CHECK(tree.setAt(path + ".kind", kind));
    if (!was.empty())
        exchangeKind(tree, path + ".kind", was, catalog);
    return {};
}

Checked resolve(const Value& asGiven, const CheckContext& context)
{
    Value given = asGiven;
    std::vector<Error> loose;
    // How an experiment is tuned is not what a run of it is: whoever tunes it checks that part.
    if (const Value* tuning = given.isObject() ? given.object().find("tuning") : nullptr) {
        if (!tuning->isObject() && !tuning->isNull())
            loose.push_back({ErrorKind::Spec, "is " + std::string(tuning->typeName()) + ", not a study", "/tuning",
                             "Write an object with \"objective\", \"parameters\" and \"max_jobs\""});
        given.object().erase("tuning");
    }
    // Nor is how it is run: the same experiment may go on as another job.
    if (const Value* job = given.isObject() ? given.object().find("job") : nullptr) {
        const Checked part = checkJob(*job, context.folder);
        loose.insert(loose.end(), part.problems.begin(), part.problems.end());
        given.object().erase("job");
    }
    if (Value* rules = given.isObject() ? given.object().find("rules") : nullptr)
        *rules = plainRules(*rules, context.catalog);
    Checked plain{std::move(given), {}};
    takeProfilerRules(context, plain);
    given = std::move(plain.value);
    Checked checked = check(experimentFields().schema(), given, "", context);
    if (context.catalog.find("rules") && checked.problems.empty() && watchRanks(given, checked.value))
        checked = check(experimentFields().schema(), given, "", context);
    checked.problems.insert(checked.problems.end(), plain.problems.begin(), plain.problems.end());
    checked.problems.insert(checked.problems.end(), loose.begin(), loose.end());
    const Family* estimators = context.catalog.find("estimators");
    if (estimators && estimators->find(checked.value["model"]["kind"].text()))
        fitToEstimator(given, context, checked);
    takeChannels(given, context.catalog, checked);
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
    for (const std::string& set : sets) {
        const std::string path = set.substr(0, set.find('='));
        const Value* kind = path.ends_with(".kind") ? tree.at(path) : nullptr;
        const std::string before = kind ? kind->text() : std::string();
        exchangeLaw(tree, path, set.substr(std::min(path.size() + 1, set.size())));
        CORE_CHECK(applySet(tree, set));
        if (kind)
            exchangeKind(tree, path, before, catalog);
    }
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
    Experiment experiment = experimentFields().read(resolved);
    // The channel stands for the setting of the same meaning.
    const std::string& channel = experiment.data.channels.model;
    if (!channel.empty() && experiment.model.params["initialize_from"].text().empty())
        experiment.model.params.object().set("initialize_from", channel);
    return experiment;
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
