// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/clues.h"

#include "core/debug/figure.h"

#include <algorithm>
#include <cmath>

namespace core::debug::clue {

using base::Value;

namespace {

constexpr double strong = 0.8, plain = 0.5, weak = 0.3;

// What is usual for a kind: the middle of what papers and libraries take as a default.
double usualRate(const std::string& optimizer)
{
    if (optimizer == "sgd")
        return 0.1;
    if (optimizer == "adagrad" || optimizer == "asgd" || optimizer == "rprop")
        return 0.01;
    if (optimizer == "adadelta" || optimizer == "lbfgs")
        return 1;
    return optimizer == "lion" ? 1e-4 : 1e-3;
}

struct Rate {
    double rate = 0, usual = 0;
    std::string name, kind;
};

// As one step after the other feels it: momentum adds up to 1 / (1 − momentum) steps.
Rate rateOf(const Value& spec)
{
    const Value* lr = spec.at("train.optimizer.lr");
    if (!lr || !lr->isNumber())
        return {};
    const std::string kind = spec.at("train.optimizer.kind") ? spec.at("train.optimizer.kind")->text() : "";
    const Value* momentum = spec.at("train.optimizer.momentum");
    const double kept = kind == "sgd" && momentum && momentum->isNumber() ? momentum->toReal() : 0;
    const double gain = kept > 0.9 && kept < 1 ? 0.1 / (1 - kept) : 1;
    std::string text = "train.optimizer.lr = " + figure(lr->toReal());
    if (gain > 1)
        text += " with momentum " + figure(kept);
    return {lr->toReal() * gain, usualRate(kind), text, kind};
}

std::string timesText(double times)
{
    return times >= 1 ? figure(times) + " times" : "1/" + figure(1 / times) + " of";
}

Clue rateClue(double weight, const Rate& rate)
{
    return {weight, rate.name + " is " + timesText(rate.rate / rate.usual) + " what " + rate.kind + " usually takes"};
}

bool isOneOf(const std::string& word, const std::vector<std::string>& words)
{
    return std::ranges::find(words, word) != words.end();
}

std::string listed(const std::vector<std::string>& words)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
    return text;
}

double numberAt(const Value& spec, const char* path)
{
    const Value* value = spec.at(path);
    return value && value->isNumber() ? value->toReal() : 0;
}

std::string wordAt(const Value& spec, const char* path)
{
    const Value* value = spec.at(path);
    return value && value->isText() ? value->text() : "";
}

bool isNothing(const Value* value)
{
    return !value || value->isNull() || (value->isNumber() && value->toReal() == 0) ||
           (value->isArray() && value->array().empty()) || *value == Value("none") || *value == Value(false);
}

Clue atCourse(const Scene& scene, const std::string& name, const std::function<Clue(const Course&)>& of)
{
    const Course* course = scene.course(name);
    return course ? of(*course) : Clue{};
}

}

Look fired(const char* rule)
{
    return [name = std::string(rule)](const Scene& scene) -> Clue {
        for (const auto& [other, step] : scene.fired)
            if (other == name && step <= scene.step) {
                const std::int64_t before = scene.step - step;
                return before == 0 ? Clue{0.6, name + " fired at the same step"}
                                   : Clue{strong, name + " fired " + std::to_string(before) +
                                                      (before == 1 ? " step before" : " steps before")};
            }
        return {};
    };
}

Look rateHigh()
{
    return [](const Scene& scene) -> Clue {
        const Rate rate = rateOf(scene.spec);
        if (rate.usual == 0 || rate.rate < 3 * rate.usual)
            return rate.usual > 0 && rate.rate < 0.1 * rate.usual ? rateClue(-plain, rate) : Clue{};
        return rateClue(rate.rate >= 10 * rate.usual ? 0.9 : 0.6, rate);
    };
}

Look rateLow()
{
    return [](const Scene& scene) -> Clue {
        const Rate rate = rateOf(scene.spec);
        if (rate.usual == 0 || rate.rate > 0.1 * rate.usual)
            return rate.usual > 0 && rate.rate > 3 * rate.usual ? rateClue(-plain, rate) : Clue{};
        return rateClue(rate.rate <= 0.01 * rate.usual ? 0.9 : 0.6, rate);
    };
}

Look rateDied()
{
    return [](const Scene& scene) {
        return atCourse(scene, "train/lr", [](const Course& lr) -> Clue {
            if (!(lr.last < 0.01 * lr.first))
                return {};
            return {0.9, "the schedule has brought train/lr from " + figure(lr.first) + " to " + figure(lr.last)};
        });
    };
}

Look updatesAbove(double share)
{
    return [share](const Scene& scene) {
        return atCourse(scene, "update/weight", [&](const Course& ratio) -> Clue {
            if (!(ratio.most > share))
                return {};
            return {0.7, "a step changed the weights by " + figure(100 * ratio.most) + " % of their size"};
        });
    };
}

Look updatesBelow(double share)
{
    return [share](const Scene& scene) {
        return atCourse(scene, "update/weight", [&](const Course& ratio) -> Clue {
            if (!(ratio.last < share))
                return {};
            return {0.7, "a step changes the weights by " + figure(100 * ratio.last) + " % of their size"};
        });
    };
}

Look momentumAbove(double least)
{
    return [least](const Scene& scene) -> Clue {
        const double momentum = numberAt(scene.spec, "train.optimizer.momentum");
        if (momentum < least)
            return momentum == 0 && scene.spec.at("train.optimizer.momentum") ? Clue{-plain, "there is no momentum"}
                                                                              : Clue{};
        return {strong,
                "train.optimizer.momentum = " + figure(momentum) + " adds " + figure(1 / (1 - momentum)) + " steps up"};
    };
}

Look batchBelow(std::int64_t rows)
{
    return [rows](const Scene& scene) -> Clue {
        const Value* size = scene.spec.at("train.batch_size");
        if (!size || !size->isInt() || size->toInt() >= rows)
            return {};
        return {size->toInt() <= 2 ? 0.9 : 0.6, "train.batch_size = " + std::to_string(size->toInt())};
    };
}

Look epochOf(std::int64_t steps)
{
    return [steps](const Scene& scene) -> Clue {
        if (scene.stepsPerEpoch == 0 || scene.stepsPerEpoch > steps)
            return {};
        return {0.6,
                "an epoch is " + std::to_string(scene.stepsPerEpoch) + (scene.stepsPerEpoch == 1 ? " step" : " steps")};
    };
}

Look unshuffled()
{
    return [](const Scene& scene) -> Clue {
        if (scene.spec.at("train.shuffle") && *scene.spec.at("train.shuffle") == Value(false))
            return {strong, "train.shuffle is off"};
        return wordAt(scene.spec, "data.sampler") == "shuffle" ? Clue{-weak, "rows are shuffled"} : Clue{};
    };
}

Look unnormalized()
{
    return [](const Scene& scene) -> Clue {
        const std::string how = wordAt(scene.spec, "data.normalize");
        if (how.empty())
            return {};
        return how == "none" ? Clue{0.7, "data.normalize is none"} : Clue{-weak, "data.normalize is " + how};
    };
}

Look above(const char* name, double bound)
{
    return [name = std::string(name), bound](const Scene& scene) {
        return atCourse(scene, name, [&](const Course& course) -> Clue {
            return course.most > bound ? Clue{strong, name + " was " + figure(course.most)} : Clue{};
        });
    };
}

Look below(const char* name, double bound)
{
    return [name = std::string(name), bound](const Scene& scene) {
        return atCourse(scene, name, [&](const Course& course) -> Clue {
            return course.least < bound ? Clue{plain, name + " was " + figure(course.least)} : Clue{};
        });
    };
}

Look grewBy(const char* name, double times)
{
    return [name = std::string(name), times](const Scene& scene) {
        return atCourse(scene, name, [&](const Course& course) -> Clue {
            if (!(course.first > 0 && course.most > times * course.first))
                return {};
            return {0.7, name + " grew from " + figure(course.first) + " to " + figure(course.most)};
        });
    };
}

Look fellTo(const char* name, double share)
{
    return [name = std::string(name), share](const Scene& scene) {
        return atCourse(scene, name, [&](const Course& course) -> Clue {
            if (!(course.first > 0))
                return {};
            if (course.last < share * course.first)
                return {0.7,
                        name + " has fallen to " + figure(100 * course.last / course.first) + " % of its first value"};
            return course.last > 0.5 * course.first
                       ? Clue{-plain,
                              name + " is still " + figure(100 * course.last / course.first) + " % of its first value"}
                       : Clue{};
        });
    };
}

Look bestPassed(const char* name)
{
    return [name = std::string(name)](const Scene& scene) {
        return atCourse(scene, name, [&](const Course& course) -> Clue {
            const std::int64_t since = scene.step - course.leastStep;
            if (since <= std::max<std::int64_t>(1, scene.stepsPerEpoch) || !(course.least < course.last))
                return {};
            return {0.7, name + " was best at step " + std::to_string(course.leastStep) + ", " + std::to_string(since) +
                             " steps before"};
        });
    };
}

Look layers(std::initializer_list<const char*> types, std::int64_t least)
{
    return [types = std::vector<std::string>(types.begin(), types.end()), least](const Scene& scene) -> Clue {
        if (scene.layers.empty())
            return {};
        const std::int64_t count =
            std::ranges::count_if(scene.layers, [&](const auto& layer) { return isOneOf(layer.second, types); });
        if (count == 0)
            return {-0.9, "the network has no " + listed(types)};
        if (count < least)
            return {};
        return {count >= 3 ? 0.7 : plain,
                std::to_string(count) + (count == 1 ? " layer is " : " layers are ") + listed(types)};
    };
}

Look none(std::initializer_list<const char*> types)
{
    return [of = layers(types)](const Scene& scene) {
        const Clue clue = of(scene);
        return clue.weight < 0 ? clue : Clue{};
    };
}

Look recurrent()
{
    return [of = layers({"RNN", "LSTM", "GRU"})](const Scene& scene) {
        const Clue clue = of(scene);
        return clue.weight > 0 ? clue : Clue{};
    };
}

Look deepWithoutNorm(std::int64_t least)
{
    return [least](const Scene& scene) -> Clue {
        std::int64_t weights = 0, norms = 0;
        for (const auto& [name, type] : scene.layers) {
            weights += type == "Linear" || type.starts_with("Conv");
            norms += type.find("Norm") != std::string::npos;
        }
        if (norms > 0)
            return {-0.6, std::to_string(norms) + " layers normalize"};
        return weights < least ? Clue{}
                               : Clue{plain, std::to_string(weights) + " layers of weights and none that normalizes"};
    };
}

Look neuronsAtMost(std::int64_t count)
{
    return [count](const Scene& scene) -> Clue {
        if (wordAt(scene.spec, "model.kind") == "linear")
            return {0.7, "model.kind is linear: it can only draw a straight line"};
        const Value* hidden = scene.spec.at("model.hidden");
        if (!hidden || !hidden->isArray())
            return {};
        std::int64_t all = 0;
        for (const Value& width : hidden->array())
            all += width.isInt() ? width.toInt() : 0;
        return all <= count ? Clue{0.6, "model.hidden has " + std::to_string(all) + " neurons in all"}
                            : Clue{-weak, "model.hidden has " + std::to_string(all) + " neurons"};
    };
}

Look weightsPerRow(double factor)
{
    return [factor](const Scene& scene) -> Clue {
        if (scene.trainRows == 0 || scene.parameters == 0)
            return {};
        const std::string text =
            std::to_string(scene.parameters) + " weights for " + std::to_string(scene.trainRows) + " training rows";
        const double ratio = double(scene.parameters) / double(scene.trainRows);
        return ratio > factor ? Clue{ratio > 10 * factor ? strong : 0.6, text}
               : ratio < 0.1  ? Clue{-plain, text}
                              : Clue{};
    };
}

Look frozen()
{
    return [](const Scene& scene) -> Clue {
        const Value* freeze = scene.spec.at("model.freeze");
        if (!freeze)
            return {};
        return isNothing(freeze) ? Clue{-strong, "model.freeze is none"} : Clue{0.9, "model.freeze names layers"};
    };
}

Look initWide()
{
    return [](const Scene& scene) -> Clue {
        const double scale = numberAt(scene.spec, "model.init_scale");
        if (wordAt(scene.spec, "model.init") != "normal")
            return scene.spec.at("model.init") ? Clue{-weak, "model.init is " + wordAt(scene.spec, "model.init")}
                                               : Clue{};
        return scale > 0.3 ? Clue{0.9, "model.init is normal with a deviation of " + figure(scale)} : Clue{};
    };
}

Look initNarrow()
{
    return [](const Scene& scene) -> Clue {
        const double scale = numberAt(scene.spec, "model.init_scale");
        if (wordAt(scene.spec, "model.init") == "zeros")
            return {0.9, "model.init is zeros"};
        if (wordAt(scene.spec, "model.init") != "normal")
            return scene.spec.at("model.init") ? Clue{-weak, "model.init is " + wordAt(scene.spec, "model.init")}
                                               : Clue{};
        return scale < 0.1 ? Clue{0.9, "model.init is normal with a deviation of " + figure(scale)} : Clue{};
    };
}

Look initAlike()
{
    return settingIs("model.init", {"zeros", "constant"}, 0.9);
}

Look settingAbove(const char* path, double least, double weight)
{
    return [path = std::string(path), least, weight](const Scene& scene) -> Clue {
        const double value = numberAt(scene.spec, path.c_str());
        return value >= least ? Clue{weight, path + " = " + figure(value)} : Clue{};
    };
}

Look settingIs(const char* path, std::initializer_list<const char*> words, double weight)
{
    return [path = std::string(path), words = std::vector<std::string>(words.begin(), words.end()),
            weight](const Scene& scene) -> Clue {
        const std::string word = wordAt(scene.spec, path.c_str());
        return isOneOf(word, words) ? Clue{weight, path + " is " + word} : Clue{};
    };
}

Look without(const char* path, double weight)
{
    return [path = std::string(path), weight](const Scene& scene) -> Clue {
        if (scene.spec.isNull())
            return {};
        return isNothing(scene.spec.at(path)) ? Clue{weight, "nothing is set under " + path} : Clue{};
    };
}

Look unregularized()
{
    return [](const Scene& scene) -> Clue {
        if (scene.spec.isNull())
            return {};
        const std::pair<const char*, const char*> all[] = {{"model.dropout", "dropout"},
                                                           {"train.optimizer.weight_decay", "weight decay"},
                                                           {"train.l2", "an L2 penalty"},
                                                           {"augment", "augmentation"}};
        for (const auto& [path, name] : all)
            if (!isNothing(scene.spec.at(path)))
                return {-weak, std::string("there is ") + name};
        return {plain, "no dropout, no weight decay, no augmentation"};
    };
}

Look unweighted()
{
    return [](const Scene& scene) -> Clue {
        if (scene.spec.isNull())
            return {};
        if (!isNothing(scene.spec.at("train.loss.class_weights")))
            return {-0.6, "the loss weighs classes"};
        if (wordAt(scene.spec, "data.sampler") == "weighted")
            return {-0.6, "rare classes are drawn more often"};
        return {plain, "no class weights, no weighted sampler"};
    };
}

Look augmented()
{
    return [](const Scene& scene) -> Clue {
        const Value* all = scene.spec.at("augment");
        if (!all || !all->isArray() || all->array().empty())
            return {};
        const Value* kind = all->array().front().at("kind");
        return {plain, "augment has " + (kind ? kind->text() : "a transform")};
    };
}

Look patienceBelow(std::int64_t evaluations)
{
    return [evaluations](const Scene& scene) -> Clue {
        const Value* patience = scene.spec.at("train.early_stopping.patience");
        if (!patience || !patience->isInt() || patience->toInt() >= evaluations)
            return {};
        return {0.7, "train.early_stopping.patience = " + std::to_string(patience->toInt())};
    };
}

}
