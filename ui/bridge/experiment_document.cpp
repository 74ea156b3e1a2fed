// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/experiment_document.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/inspect.h"

#include <QFileInfo>
#include <QUndoStack>

namespace ui::bridge {

using core::base::Error;
using core::base::Object;
using core::base::Status;
using core::base::Value;

namespace {

constexpr double mergeSeconds = 1;
constexpr const char* extension = ".experiment.json";

core::spec::Checked resolveExperiment(const Value& given, const std::filesystem::path& folder)
{
    return core::spec::resolve(given, {core::session::catalog(), folder});
}

std::filesystem::path folderOf(const QString& file)
{
    return file.isEmpty() ? std::filesystem::path{}
                          : std::filesystem::path(QFileInfo(file).absolutePath().toStdString());
}

// What was left out or written short on the way to `path` is written out, so that a setting can stand below it.
void writeOut(Value& given, const Value& resolved, std::string_view path)
{
    for (auto dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
        const std::string_view prefix = path.substr(0, dot);
        const Value* known = resolved.at(prefix);
        if (!known)
            return;
        const Value* here = given.at(prefix);
        Value full;
        if (known->isArray() && !(here && here->isArray()))
            full = *known;
        else if (const Value& kind = (*known)["kind"]; kind.isText() && !(here && here->isObject())) {
            full = Object{{"kind", kind}};
            if (here && here->isText() && here->text() != kind.text())
                full.object().set("path", *here);
        } else
            continue;
        if (!given.setAt(prefix, std::move(full)))
            return;
    }
}

// Relative paths of the old folder, named by their whole path, so that they stay right from a new one.
void pinPaths(Value& given, const Value& resolved)
{
    if (given.isText() && resolved.isText() && given.text() != resolved.text() &&
        resolved.text().ends_with("/" + given.text()))
        given = resolved;
    else if (given.isText() && resolved["path"].text().ends_with("/" + given.text()))
        given = resolved["path"];
    if (given.isObject())
        for (auto& [key, member] : given.object())
            pinPaths(member, resolved[key]);
    for (std::size_t i = 0; given.isArray() && i < given.array().size() && i < resolved.array().size(); ++i)
        pinPaths(given.array()[i], resolved.array()[i]);
}

}

class DocumentEdit final : public QUndoCommand {
public:
    DocumentEdit(ExperimentDocument& document, Value after, QString path, const QString& text)
        : QUndoCommand(text),
          m_document(document),
          m_before(document.given()),
          m_after(std::move(after)),
          m_path(std::move(path)),
          m_at(core::base::steadySeconds())
    {
    }

    void redo() override { m_document.take(m_after, m_path); }
    void undo() override { m_document.take(m_before, m_path); }
    int id() const override { return m_path.isEmpty() ? -1 : 1; }

    bool mergeWith(const QUndoCommand* other) override
    {
        const auto* next = static_cast<const DocumentEdit*>(other);
        if (next->m_path != m_path || next->m_at - m_at > mergeSeconds)
            return false;
        m_after = next->m_after;
        m_at = next->m_at;
        setObsolete(m_after == m_before);
        return true;
    }

private:
    ExperimentDocument& m_document;
    Value m_before, m_after;
    QString m_path;
    double m_at;
};

ExperimentDocument::ExperimentDocument(QObject* parent) : ExperimentDocument(resolveExperiment, parent) {}

ExperimentDocument::ExperimentDocument(Resolver resolver, QObject* parent)
    : QObject(parent),
      m_resolver(std::move(resolver)),
      m_undo(new QUndoStack(this))
{
    open(Object{});
}

ExperimentDocument::~ExperimentDocument()
{
    // The stack's commands point back here, and who listens to it may be gone.
    m_undo->blockSignals(true);
    delete m_undo;
}

void ExperimentDocument::open(Value given, const QString& file)
{
    m_undo->clear();
    m_file = file;
    take(std::move(given), {});
}

Status ExperimentDocument::openFile(const QString& file)
{
    CORE_TRY(given, core::base::readJson(file.toStdString()));
    if (!given.isObject())
        return Error{core::base::ErrorKind::Spec, "is " + std::string(given.typeName()) + ", not an experiment",
                     file.toStdString(), "An experiment is one JSON object: {…}"};
    given.object().erase("$schema");
    open(std::move(given), file);
    return {};
}

Status ExperimentDocument::saveAs(const QString& file)
{
    Value given = m_given;
    if (folderOf(file) != folderOf(m_file))
        pinPaths(given, m_resolved);
    CORE_CHECK(core::base::writeFileAtomically(file.toStdString(), core::base::writeJson(given, 2) + "\n"));
    m_file = file;
    m_undo->setClean();
    take(std::move(given), {});
    return {};
}

const Error* ExperimentDocument::problemAt(const QString& dottedPath) const
{
    const std::string where = core::spec::jsonPath(dottedPath.toStdString());
    for (const Error& problem : m_problems)
        if (problem.where == where)
            return &problem;
    return nullptr;
}

QString ExperimentDocument::name() const
{
    if (const std::string& name = m_given["name"].text(); !name.empty())
        return QString::fromStdString(name);
    if (!m_file.isEmpty()) {
        QString name = QFileInfo(m_file).fileName();
        return name.endsWith(QLatin1String(extension)) ? name.chopped(int(qstrlen(extension)))
                                                       : QFileInfo(m_file).completeBaseName();
    }
    return {};
}

bool ExperimentDocument::modified() const
{
    return !m_undo->isClean();
}

void ExperimentDocument::set(const QString& dottedPath, Value value)
{
    const std::string path = dottedPath.toStdString();
    const Value* given = m_given.at(path);
    const Value* known = given ? given : m_resolved.at(path);
    if (known && *known == value)
        return;
    Value after = m_given;
    writeOut(after, m_resolved, path);
    if (after.setAt(path, std::move(value)))
        push(std::move(after), dottedPath, tr("Change %1").arg(dottedPath));
}

void ExperimentDocument::setAll(const std::vector<std::pair<QString, Value>>& changes, const QString& text)
{
    Value after = m_given;
    for (const auto& [path, value] : changes) {
        writeOut(after, m_resolver(after, folderOf(m_file)).value, path.toStdString());
        if (!after.setAt(path.toStdString(), value))
            return;
    }
    push(std::move(after), {}, text);
}

void ExperimentDocument::reset(const QString& dottedPath)
{
    const std::string path = dottedPath.toStdString();
    const auto dot = path.rfind('.');
    Value after = m_given;
    const Value* parent = dot == path.npos ? &after : after.at(std::string_view(path).substr(0, dot));
    if (!parent || !parent->isObject())
        return;
    const_cast<Value*>(parent)->object().erase(path.substr(dot == path.npos ? 0 : dot + 1));
    push(std::move(after), dottedPath, tr("Default of %1").arg(dottedPath));
}

void ExperimentDocument::push(Value after, const QString& path, const QString& text)
{
    if (!(after == m_given))
        m_undo->push(new DocumentEdit(*this, std::move(after), path, text));
}

void ExperimentDocument::take(Value given, const QString& path)
{
    auto checked = m_resolver(given, folderOf(m_file));
    m_given = std::move(given);
    m_resolved = std::move(checked.value);
    m_problems = std::move(checked.problems);
    Q_EMIT changed(path);
}

}
