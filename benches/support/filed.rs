//! The example declarations as a program of its own would type them: one struct for each record,
//! texts borrowed, every field perhaps left out.

use serde::{Deserialize, Serialize};

/// Makes a struct of each record.
macro_rules! records {
    ($($name:ident { $($(#[$borrow:meta])? $field:ident: $typ:ty,)* })*) => {
        $(
            #[derive(Deserialize, Serialize)]
            #[serde(deny_unknown_fields)]
            #[allow(dead_code, reason = "what is read is not used")]
            pub struct $name<'a> {
                $(
                    $(#[$borrow])?
                    #[serde(default, skip_serializing_if = "Option::is_none")]
                    $field: $typ,
                )*
                #[serde(skip)]
                of: std::marker::PhantomData<&'a ()>,
            }
        )*
    };
}

records! {
    Filed {
        id: Option<&'a str>,
        business: Option<&'a str>,
        zone_id: Option<&'a str>,
        line: Option<&'a str>,
        direction: Option<&'a str>,
        date: Option<&'a str>,
        #[serde(borrow)]
        documents: Option<Vec<&'a str>>,
        #[serde(borrow)]
        head: Option<Head<'a>>,
        #[serde(borrow)]
        items: Option<Vec<Item<'a>>>,
        #[serde(borrow)]
        context: Option<Context<'a>>,
        #[serde(borrow)]
        ledger_lines: Option<Vec<LedgerLine<'a>>>,
        #[serde(borrow)]
        order: Option<Order<'a>>,
        #[serde(borrow)]
        order_lines: Option<Vec<OrderLine<'a>>>,
        #[serde(borrow)]
        payment: Option<Payment<'a>>,
        #[serde(borrow)]
        waybill: Option<Waybill<'a>>,
        #[serde(borrow)]
        parties: Option<Vec<Party<'a>>>,
        #[serde(borrow)]
        form_lines: Option<Vec<FormLine<'a>>>,
        #[serde(borrow)]
        out_bills: Option<Vec<OutBill<'a>>>,
        #[serde(borrow)]
        back_bills: Option<Vec<BackBill<'a>>>,
        sales: Option<Vec<()>>,
        #[serde(borrow)]
        form_places: Option<Vec<FormPlace<'a>>>,
        #[serde(borrow)]
        serial_moves: Option<Vec<SerialMove<'a>>>,
        #[serde(borrow)]
        licence_docs: Option<Vec<&'a str>>,
        #[serde(borrow)]
        product_papers: Option<Vec<&'a str>>,
        #[serde(borrow)]
        counter_lines: Option<Vec<CounterLine<'a>>>,
        #[serde(borrow)]
        batch_lines: Option<Vec<BatchLine<'a>>>,
    }
    Head {
        supervision_mode: Option<&'a str>,
        transport_mode: Option<&'a str>,
        ie_flag: Option<&'a str>,
        port_customs: Option<&'a str>,
        ledger_no: Option<&'a str>,
        ship_country: Option<&'a str>,
        note_list_type: Option<&'a str>,
        declarant: Option<&'a str>,
        ems_no: Option<&'a str>,
        area_code: Option<&'a str>,
        assure_code: Option<&'a str>,
        buyer_id_verified: Option<bool>,
        country: Option<&'a str>,
        order_no: Option<&'a str>,
        waybill_no: Option<&'a str>,
        buyer_id: Option<&'a str>,
        handover: Option<&'a str>,
        wrap_type: Option<&'a str>,
        consignee_address: Option<&'a str>,
        package_count: Option<i64>,
        original_mode: Option<&'a str>,
        business_type: Option<&'a str>,
        direction_type: Option<&'a str>,
        form_no: Option<&'a str>,
        exhibition_place: Option<&'a str>,
        valid_until: Option<&'a str>,
        deposit_no: Option<&'a str>,
        gate_pass_type: Option<&'a str>,
        gate_pass_state: Option<&'a str>,
        vehicle_no: Option<&'a str>,
        plate_read: Option<&'a str>,
        weight_error: Option<&'a str>,
        total_weight: Option<&'a str>,
        stock_bill_no: Option<&'a str>,
        exhibition_district: Option<&'a str>,
        form_filing: Option<&'a str>,
        relief_claim: Option<&'a str>,
        consignee_uscc: Option<&'a str>,
        related_note_list: Option<&'a str>,
        loading_lead: Option<&'a str>,
        arrived_at_port: Option<bool>,
        transport_entry_on: Option<&'a str>,
        declare_customs: Option<&'a str>,
        declare_link: Option<&'a str>,
        related_party: Option<&'a str>,
        declaration_released: Option<bool>,
        corresponding_agent: Option<&'a str>,
        related_ledger_no: Option<&'a str>,
        transfer_type: Option<&'a str>,
        seal_no: Option<&'a str>,
    }
    Item {
        line_no: Option<i64>,
        hs_code: Option<&'a str>,
        name: Option<&'a str>,
        qty: Option<&'a str>,
        unit: Option<&'a str>,
        total: Option<&'a str>,
        currency: Option<&'a str>,
        duty_mode: Option<&'a str>,
        serial: Option<&'a str>,
        hazard: Option<bool>,
        #[serde(borrow)]
        licence_codes: Option<Vec<&'a str>>,
        prohibited: Option<bool>,
        origin_of_repair: Option<&'a str>,
        part_kind: Option<&'a str>,
        rd_kind: Option<&'a str>,
        ledger_seq: Option<i64>,
        price: Option<&'a str>,
        on_positive_list: Option<bool>,
        vat_rate: Option<&'a str>,
        duty_rate: Option<&'a str>,
        consumption_rate: Option<&'a str>,
        origin_country: Option<&'a str>,
        item_no: Option<&'a str>,
        infringing: Option<bool>,
        #[serde(borrow)]
        product_papers: Option<Vec<&'a str>>,
        sell_by: Option<&'a str>,
        food: Option<bool>,
        original_state: Option<bool>,
        key_commodity: Option<bool>,
        quarantine: Option<bool>,
        item_ids: Option<bool>,
        form_seq: Option<i64>,
        medical_device: Option<bool>,
        out_under: Option<&'a str>,
        relic: Option<bool>,
        sold: Option<bool>,
        entry_inspection: Option<bool>,
        border_licence: Option<bool>,
        own_made: Option<bool>,
        sold_in: Option<&'a str>,
        hazard_marked: Option<bool>,
        device_registered: Option<bool>,
        net_weight: Option<&'a str>,
        year_weight_before: Option<&'a str>,
        best_before: Option<&'a str>,
        resalable: Option<bool>,
    }
    Context {
        credit_level: Option<&'a str>,
        repair_approved: Option<bool>,
        rectification: Option<bool>,
        ledger_usage: Option<&'a str>,
        ledger_valid_until: Option<&'a str>,
        in_repair_catalogue: Option<bool>,
        solid_waste: Option<bool>,
        rd_approved: Option<bool>,
        rd_site: Option<bool>,
        prohibited_processing_list: Option<bool>,
        dual_use_listed: Option<bool>,
        year_total_before: Option<&'a str>,
        order_total: Option<&'a str>,
        three_docs_match: Option<bool>,
        ledger_balance: Option<&'a str>,
        guarantee_free: Option<&'a str>,
        resale: Option<bool>,
        orders_same_address: Option<i64>,
        order_alert_level: Option<i64>,
        export_date: Option<&'a str>,
        exported_under: Option<&'a str>,
        tax_office_certificate: Option<bool>,
        return_reason: Option<&'a str>,
        export_duty_paid: Option<&'a str>,
        deposit_free: Option<&'a str>,
        out_already: Option<&'a str>,
        form_state: Option<&'a str>,
        exit_date: Option<&'a str>,
        extensions: Option<i64>,
        extended_until: Option<&'a str>,
        rebate_wanted: Option<bool>,
        export_duty: Option<bool>,
        port_check: Option<bool>,
        ledger_kind: Option<&'a str>,
        zone_exit_date: Option<&'a str>,
        released_on: Option<&'a str>,
        return_applied_on: Option<&'a str>,
        return_centre: Option<bool>,
        return_centre_ready: Option<bool>,
        original_zone: Option<&'a str>,
        release_customs: Option<&'a str>,
        removed_on: Option<&'a str>,
        inspection_ordered: Option<bool>,
        overseas_warehouse: Option<bool>,
        warehouse_filing: Option<&'a str>,
        dedicated_ledger: Option<bool>,
        export_licence_checked: Option<bool>,
        counter_ledger_no: Option<&'a str>,
        counter_related_no: Option<&'a str>,
        tax_at_risk: Option<&'a str>,
        statistics_listed: Option<bool>,
    }
    LedgerLine {
        seq: Option<i64>,
        unit: Option<&'a str>,
        balance: Option<&'a str>,
    }
    Order {
        order_no: Option<&'a str>,
        buyer_id: Option<&'a str>,
        freight: Option<&'a str>,
        discount: Option<&'a str>,
        tax_total: Option<&'a str>,
    }
    OrderLine {
        item_no: Option<&'a str>,
        qty: Option<&'a str>,
        unit: Option<&'a str>,
        total: Option<&'a str>,
    }
    Payment {
        order_no: Option<&'a str>,
        payer_id: Option<&'a str>,
        amount: Option<&'a str>,
    }
    Waybill {
        waybill_no: Option<&'a str>,
        order_no: Option<&'a str>,
        consignee_address: Option<&'a str>,
        packages: Option<i64>,
    }
    Party {
        role: Option<&'a str>,
        code: Option<&'a str>,
        register_no: Option<&'a str>,
        courier_permit: Option<&'a str>,
        carrier: Option<&'a str>,
    }
    FormLine {
        seq: Option<i64>,
        hs_code: Option<&'a str>,
        pieces: Option<i64>,
        unit_price: Option<&'a str>,
        duty_rate: Option<&'a str>,
        vat_rate: Option<&'a str>,
        consumption_rate: Option<&'a str>,
    }
    OutBill {
        bill_no: Option<&'a str>,
        form_line: Option<i64>,
        pieces: Option<i64>,
    }
    FormPlace {
        place: Option<&'a str>,
        district: Option<&'a str>,
    }
    SerialMove {
        serial: Option<&'a str>,
        direction: Option<&'a str>,
        pieces: Option<i64>,
    }
    BackBill {
        bill_no: Option<&'a str>,
        out_bill_no: Option<&'a str>,
        form_line: Option<i64>,
        pieces: Option<i64>,
    }
    CounterLine {
        line_no: Option<i64>,
        unit: Option<&'a str>,
        qty: Option<&'a str>,
        hs_code: Option<&'a str>,
    }
    BatchLine {
        seq: Option<i64>,
        allowed: Option<&'a str>,
        delivered: Option<&'a str>,
    }
}
