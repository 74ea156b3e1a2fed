// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/tunable.h"

#include "core/base/json.h"
#include "core/spec/check.h"

#include <algorithm>

namespace core::tune {

using namespace base;

namespace {

// A kind may be tuned as `train.optimizer` or as `train.optimizer.kind`.
std::string withoutKind(const std::string& path)
{
    constexpr std::string_view end = ".kind";
    return path.ends_with(end) ? path.substr(0, path.size() - end.size()) : path;
}

Tunable ofDomain(const Domain& domain, const std::vector<std::string>& words, const Catalog& catalog)
{
    Tunable found;
    if (const auto* whole = std::get_if<Int>(&domain)) {
        found.type = Type::Integer;
        found.min = double(whole->min);
        found.max = double(whole->max);
        found.byFactors = whole->log;
    } else if (const auto* real = std::get_if<Real>(&domain)) {
        found = {Type::Continuous, real->min, real->max, real->aboveMin, real->belowMax, real->log};
    } else {
        found.type = Type::Categorical;
        std::string family;
        if (const auto* choice = std::get_if<Choice>(&domain)) {
            family = choice->family;
            for (const std::string& option : choice->options)
                found.options.push_back(option);
        } else if (const auto* oneOf = std::get_if<OneOf>(&domain)) {
            family = oneOf->family;
        } else if (std::holds_alternative<Flag>(domain)) {
            found.options = {false, true};
        } else {
            found.anyValue = true;
        }
        if (const Family* all = catalog.find(family))
            for (const Entry& entry : all->entries)
                found.options.push_back(entry.kind);
    }
    for (const std::string& word : words)
        found.options.push_back(word);
    return found;
}

// The tree in which the values of other parameters stand that make this one exist.
Value treeWith(const Value& experiment, const std::string& path, const Value& value, const TuningSubject& subject)
{
    Value tree = experiment;
    const std::string plain = withoutKind(path);
    const Field* field = spec::fieldAt(*subject.schema, tree, plain, *subject.catalog);
    const bool kind = field && std::holds_alternative<OneOf>(field->domain) && value.isText();
    (void)tree.setAt(kind ? plain + ".kind" : plain, value);
    return tree;
}

struct Found {
    const Field* field = nullptr;
    const Domain* item = nullptr; ///< a place in the field's list
};

Found fieldOf(const Value& tree, const std::string& path, const TuningSubject& subject)
{
    const std::string plain = withoutKind(path);
    if (const Field* field = spec::fieldAt(*subject.schema, tree, plain, *subject.catalog))
        return {field, nullptr};
    const auto dot = plain.rfind('.');
    if (dot == plain.npos || plain.find_first_not_of("0123456789", dot + 1) != plain.npos)
        return {};
    const Field* above = spec::fieldAt(*subject.schema, tree, plain.substr(0, dot), *subject.catalog);
    const auto* list = above ? std::get_if<std::shared_ptr<const List>>(&above->domain) : nullptr;
    return list ? Found{above, &(*list)->items} : Found{};
}

// Every path that may be tuned, so that the nearest can be named.
void collect(const Value& tree, const std::string& above, const TuningSubject& subject, std::vector<std::string>& paths)
{
    for (const auto& [key, value] : tree.object()) {
        const std::string path = above.empty() ? key : above + "." + key;
        const Field* field = spec::fieldAt(*subject.schema, *subject.experiment, path, *subject.catalog);
        if (field && field->tunable)
            paths.push_back(path);
        if (value.isObject())
            collect(value, path, subject, paths);
    }
}

Error unknown(const std::string& path, const std::string& where, const TuningSubject& subject)
{
    std::vector<std::string> paths;
    collect(*subject.experiment, "", subject, paths);
    const std::string near = spec::nearest(path, paths);
    return {ErrorKind::Spec, "\"" + path + "\" is no setting of this experiment", where,
            near.empty() ? "Name one such as train.optimizer.lr; what belongs to one kind alone takes a \"when\""
                         : "Did you mean \"" + near + "\"?"};
}

}

Result<Tunable> tunableAt(const TuningSpec& spec, std::size_t index, const TuningSubject& subject)
{
    const ParameterSpec& parameter = spec.parameters[index];
    const std::string where = "/tuning/parameters/" + std::to_string(index) + "/path";
    std::vector<Value> trees{*subject.experiment};
    if (parameter.when) {
        trees.clear();
        const Value& values = parameter.when->values;
        for (const Value& value : values.isArray() ? values.array() : Array{values})
            trees.push_back(treeWith(*subject.experiment, parameter.when->path, value, subject));
    } else {
        // Below a kind that is tuned too, every kind has to have the setting.
        for (const ParameterSpec& other : spec.parameters)
            if (other.values.isArray() && parameter.path != other.path &&
                parameter.path.starts_with(withoutKind(other.path) + "."))
                for (const Value& value : other.values.array()) {
                    const Value tree = treeWith(*subject.experiment, other.path, value, subject);
                    if (!fieldOf(tree, parameter.path, subject).field)
                        return Error{
                            ErrorKind::Spec,
                            "\"" + parameter.path + "\" does not exist where " + other.path + " is " + writeJson(value),
                            where,
                            "Say with \"when\": {\"path\": \"" + other.path + "\", \"values\": […]} where it does"};
                }
    }
    Found found;
    for (const Value& tree : trees)
        if (found = fieldOf(tree, parameter.path, subject); !found.field)
            return unknown(parameter.path, where, subject);
    if (!found.field->tunable)
        return Error{ErrorKind::Spec, "\"" + parameter.path + "\" is no dimension of a study", where,
                     "Tune what changes how a model learns; the rest stands in the experiment itself"};
    return found.item ? ofDomain(*found.item, {}, *subject.catalog)
                      : ofDomain(found.field->domain, found.field->words, *subject.catalog);
}

}
