// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/experiment_document.h"

#include <QWidget>

class QComboBox;
class QPushButton;

namespace ui::forms {
class SchemaForm;
}

namespace ui::pages {

/// A list of settings of one schema, one shown after the other: which, add, remove, and the form of the one that is
/// shown.
class ItemsForm final : public QWidget {
    Q_OBJECT

public:
    struct Words {
        QString one;       ///< `Parameter that is tuned`
        QString add;       ///< on the button
        std::string title; ///< the key that an item is named by
        bool single;       ///< with one item there is nothing to choose or to remove
    };
    /// Schema and catalog must outlive the form.
    ItemsForm(Words words, const core::base::Schema& schema, const core::base::Catalog& catalog,
              bridge::ExperimentDocument::Resolver resolver, const char* name, QWidget* parent = nullptr);

    void setItems(core::base::Array items);
    const core::base::Array& items() const { return m_items; }
    forms::SchemaForm& form() { return *m_form; }
    QComboBox* choice() const { return m_choice; }
    int shown() const { return m_shown; }

Q_SIGNALS:
    void changed();      ///< by a person
    void shownChanged(); ///< another item stands in the form

private:
    void fill(int shown);
    void show(int index);
    void take();
    void addItem();
    void removeItem();

    Words m_words;
    core::base::Array m_items;
    bridge::ExperimentDocument m_document;
    forms::SchemaForm* m_form;
    QComboBox* m_choice;
    QPushButton *m_add, *m_remove;
    int m_shown = -1;
    bool m_loading = false;
};

}
