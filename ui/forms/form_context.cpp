// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/form_context.h"

#include "ui/forms/text_forms.h"
#include "ui/style/theme.h"

#include <algorithm>

namespace ui::forms {

using namespace core::base;

QString below(const QString& path, const std::string& key)
{
    const QString name = QString::fromStdString(key);
    return path.isEmpty() ? name : path + QLatin1Char('.') + name;
}

namespace {

QString sentence(const Error& problem)
{
    QString text = QString::fromStdString(problem.message);
    if (!problem.advice.empty())
        text += QStringLiteral(". ") + QString::fromStdString(problem.advice);
    return text;
}

// A kind as text, whether it was written alone or in an object.
Value kindOf(const Value& value)
{
    return value.isObject() ? value["kind"] : value;
}

}

FormContext::FormContext(bridge::ExperimentDocument& document, const Schema& schema, const Catalog& catalog,
                         QObject* parent)
    : QObject(parent),
      m_document(document),
      m_schema(schema),
      m_catalog(catalog)
{
}

const Value& FormContext::value(const QString& path) const
{
    static const Value none;
    const std::string dotted = path.toStdString();
    if (const Value* given = m_document.given().at(dotted))
        return *given;
    const Value* resolved = m_document.resolved().at(dotted);
    return resolved ? *resolved : none;
}

QString FormContext::noteOf(const Field& field, const QString& path, bool kindOnly) const
{
    QStringList notes;
    const std::string dotted = path.toStdString();
    if (const auto edit = m_run.editedAt.find(path); edit != m_run.editedAt.end())
        notes << tr("edited at step %1").arg(style::count(edit->second));
    if (m_run.training && !reachesRun(field, path)) {
        const Value* running = m_run.spec.at(dotted);
        const Value* next = m_document.resolved().at(dotted);
        if (running && next && !(kindOnly ? kindOf(*running) == kindOf(*next) : *running == *next))
            notes << tr("takes effect in the next run");
    }
    return notes.join(QStringLiteral(" · "));
}

// A live field of another kind than the run's is for the next run.
bool FormContext::reachesRun(const Field& field, const QString& path) const
{
    if (!m_run.training || !field.live)
        return false;
    const std::string parent = path.section(QLatin1Char('.'), 0, -2).toStdString();
    const Value* running = m_run.spec.at(parent);
    const Value* next = m_document.resolved().at(parent);
    return running && next && (*running)["kind"] == (*next)["kind"];
}

RowState FormContext::state(const Field& field, const QString& path) const
{
    const std::string dotted = path.toStdString();
    RowState state{value(path), noteOf(field, path, false)};
    const Value* given = m_document.given().at(dotted);
    const Value* resolved = m_document.resolved().at(dotted);
    const bool group = std::holds_alternative<Group>(field.domain) || std::holds_alternative<OneOf>(field.domain);
    const Error* problem = m_document.problemAt(path);
    if (problem && !group)
        state.problem = sentence(*problem);
    if (given && !group && (problem || !resolved || !(*resolved == field.fallback))) {
        const QString fallback = textOf(field, field.fallback);
        state.fallback = fallback.isEmpty() ? tr("empty") : fallback;
    }
    return state;
}

std::string FormContext::kind(const QString& path) const
{
    const Value* resolved = m_document.resolved().at(path.toStdString());
    return resolved ? kindOf(*resolved).text() : std::string();
}

RowState FormContext::kindState(const Field& field, const QString& path) const
{
    const std::string dotted = path.toStdString();
    RowState state{kindOf(value(path)), noteOf(field, path, true)};
    const Value* resolved = m_document.resolved().at(dotted);
    const Error* problem = m_document.problemAt(path);
    if (!problem)
        problem = m_document.problemAt(below(path, "kind"));
    if (problem)
        state.problem = sentence(*problem);
    else if (resolved) // A text that stands for a file shows the kind that reads files.
        state.value = kindOf(*resolved);
    const Value fallback = kindOf(field.fallback);
    if (m_document.given().at(dotted) && resolved && !(kindOf(*resolved) == fallback) &&
        !path.contains(QLatin1String("augment.")))
        state.fallback = fallback.isNull() ? nullWord(field) : titleOf(field, fallback.text());
    return state;
}

QString FormContext::titleOf(const Field& field, const std::string& kind) const
{
    const auto* domain = std::get_if<OneOf>(&field.domain);
    const Family* family = domain ? m_catalog.find(domain->family) : nullptr;
    const Entry* entry = family ? family->find(kind) : nullptr;
    return QString::fromStdString(entry && !entry->title.empty() ? entry->title : kind);
}

bool FormContext::visible(const Field& field, const QString& parent) const
{
    if (!field.onlyFor.empty()) {
        const Family* takers = m_catalog.find(field.onlyFor);
        const Value* model = m_document.resolved().at("model.kind");
        if (takers && model && !takers->find(model->text()))
            return false;
    }
    return std::all_of(field.visibleWhen.begin(), field.visibleWhen.end(), [&](const Condition& condition) {
        const Value* beside = m_document.resolved().at(below(parent, condition.key).toStdString());
        return beside && std::find(condition.anyOf.begin(), condition.anyOf.end(), *beside) != condition.anyOf.end();
    });
}

void FormContext::commit(const Field& field, const QString& path, const Value& value)
{
    m_document.set(path, value);
    if (reachesRun(field, path) && !m_document.problemAt(path))
        Q_EMIT liveEdited(path, value);
}

void FormContext::commitKind(const Field& field, const QString& path, const Value& kind)
{
    const auto* domain = std::get_if<OneOf>(&field.domain);
    if (!domain || kind == kindOf(value(path)))
        return;
    const Family* family = m_catalog.find(domain->family);
    const Entry* entry = family && kind.isText() ? family->find(kind.text()) : nullptr;
    Object chosen{{"kind", kind}};
    if (const Value* given = m_document.given().at(path.toStdString()); given && entry)
        for (const auto& [key, member] : given->object())
            if (entry->schema.find(key) || (domain->common && domain->common->find(key)))
                chosen.set(key, member);
    const Value given = chosen.size() > 1 ? Value(std::move(chosen)) : kind;
    m_document.set(path, given);
    if (reachesRun(field, path) && !m_document.problemAt(path))
        Q_EMIT liveEdited(path, given);
}

void FormContext::reset(const Field& field, const QString& path)
{
    m_document.reset(path);
    const Value* now = m_document.resolved().at(path.toStdString());
    if (reachesRun(field, path) && now)
        Q_EMIT liveEdited(path, *now);
}

}
